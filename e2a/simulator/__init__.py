"""An invented week of warehouse life, with the truth about it written beside it.

`plan` says how much of what, `lives` chooses the times of every order, `shop`, `floor` and `parcel`
put them into the payloads that Shopify, a WMS and EasyPost send, `post` delivers them late, twice
and out of order, `ledger` bills them with planted errors, `truth` writes down what was planted.
Nothing here asks the engine: the truth follows from the times that were chosen.
"""

from e2a.simulator.plan import Plan
from e2a.simulator.write import Truth, simulate

__all__ = ["Plan", "Truth", "simulate"]
