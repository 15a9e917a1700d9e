"""The hot lane: verdicts within milliseconds of the events, deadlines as they pass.

`watching` is the loop: it waits for news or for the next deadline and takes a step
(`e2a.warehouse.step`). The resident process (`e2a radar`) and Dagster's sensor run the same loop,
one of them at a time. `following` is what happens in a step besides the models. Nothing here knows
Dagster.
"""

from e2a.radar.watching import NotBuiltError, watch

__all__ = ["NotBuiltError", "watch"]
