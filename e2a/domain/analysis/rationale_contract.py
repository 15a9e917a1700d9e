"""The answer about an adjustment: why the amount is what it is, in words around slots."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from e2a.domain.analysis.narrative_contract import read_strictly
from e2a.domain.analysis.strict_schema import strict_schema
from e2a.domain.analysis.violations import Violation


class RationaleAnswer(BaseModel):
    """What a model says about one adjustment.

    Attributes:
        rationale: for who approves it and for who is billed; amounts, counts, clause by slot.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reasoning: str = Field(min_length=1)
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)
    rationale: str = Field(min_length=1)


def schema() -> dict[str, Any]:
    """The schema for a provider: the strict common subset."""
    return strict_schema(RationaleAnswer)


def read_rationale(value: dict[str, Any]) -> RationaleAnswer | list[Violation]:
    """An answer from a JSON object, or everything that is wrong with its shape."""
    return read_strictly(RationaleAnswer, value)
