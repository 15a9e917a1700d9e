"""Scenarios through the real engine: loaded together, refreshed once, asked often.

loading    policies and events into a scratch database, each tenant under its scenario's name
asking     a question as SQL over the marts that everybody reads
comparing  expected and actual answers, and how a person reads them
run        the three in a row

What a scenario may say belongs to `e2a.domain.scenarios`.
"""

from e2a.scenarios.comparing import Difference
from e2a.scenarios.run import Result, run

__all__ = ["Difference", "Result", "run"]
