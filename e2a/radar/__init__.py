"""The hot lane: verdicts within milliseconds of the events, deadlines as they pass.

`watching` is the loop: it waits for news or for the next deadline and takes a step
(`e2a.warehouse.step`). The resident process (`e2a radar`) and Dagster's sensor run the same loop,
one of them at a time: `presence` is its lock and heartbeat, `steady` the time that it believes,
`failing` counts what goes wrong. `following` is what happens in a step besides the models,
`building` the engine in which dbt itself builds them. Nothing here knows Dagster.
"""

from e2a.radar.watching import NotBuiltError, watch

__all__ = ["NotBuiltError", "watch"]
