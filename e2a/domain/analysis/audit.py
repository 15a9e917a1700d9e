"""What an audit of accepted words found; each kind of words is audited where it is kept."""

from dataclasses import dataclass

MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Audit:
    """How many rows were judged, and what is wrong with which; at most `MOST_FAULTS`."""

    judged: int
    faults: tuple[str, ...]
