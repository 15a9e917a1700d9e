"""The simulator in real time: orders whose times lie around now, posted as they happen.

`stories` places each order so that something about it happens within the next minute, `sending`
posts what is due as a well-behaved sender does, `tally` counts, `run` keeps the pace. The instant
comes from the caller; nothing here asks the engine what it made of it.
"""

from e2a.simulator.live.run import Traffic, run
from e2a.simulator.live.sending import NotAcceptedError, Secrets
from e2a.simulator.live.tally import Tally

__all__ = ["NotAcceptedError", "Secrets", "Tally", "Traffic", "run"]
