"""Policies on history: what a change would flip, and what an approved restatement does change.

change    the changed policies as they would have stood over the days replayed
history   the tenant's events into a database of their own
compare   two tenants of that database, clock by clock
charges   the same, charge by charge
simulate  all in a row; the live database is only read (C11)
restate   history judged anew, with two people's consent
"""

from e2a.sla.replay.charges import ChargeChange
from e2a.sla.replay.compare import Comparison, OnTime
from e2a.sla.replay.simulate import Simulation, simulate

__all__ = ["ChargeChange", "Comparison", "OnTime", "Simulation", "simulate"]
