"""The scenario language: what a rule's test says, as types, and as the facts it means.

text       YAML to scenarios, every problem with its line and column
tenant     who promises what: sites, calendars, policies, rate cards
events     what happened, and when it was recorded
questions  what is asked, and which answers are expected
times      instants and durations as people write them
schema     the JSON Schema of it all

Add a key here and to docs/scenarios.md; a test holds the page to the types. Running scenarios
belongs to `e2a.scenarios`.
"""

from e2a.domain.scenarios.scenario import Scenario
from e2a.domain.scenarios.text import Problem, Written, parse

__all__ = ["Problem", "Scenario", "Written", "parse"]
