"""The answer about a breach: its fields, and reading it without turning anything into another type.

`reasoning` stands first, because a model writes the keys in the schema's order and should reason
before it labels. Bounds are enforced here; the provider's schema carries none.
"""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from e2a.domain.analysis.strict_schema import strict_schema
from e2a.domain.analysis.violations import Check, Violation

Label = Literal[
    "PICK_DELAY", "PACK_DELAY", "CARRIER_ISSUE", "MISSING_SCAN", "STOCK_MISMATCH",
    "ADDRESS_ERROR", "SYSTEM_ERROR", "DELIVERY_DELAY", "ADDRESS_INVALID", "PAYMENT_FAILED",
    "INVENTORY_SHORTAGE", "DAMAGED_PACKAGE", "CUSTOMER_UNAVAILABLE", "OTHER", "SHIP_DELAY",
]  # fmt: skip

Answer = TypeVar("Answer", bound=BaseModel)


class NarrativeAnswer(BaseModel):
    """What a model says about one breach; texts have slots instead of figures and names.

    Attributes:
        confidence: the model's own, from 0 to 1; no probability, and capped by what code sees.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reasoning: str = Field(min_length=1)
    label: Label
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)
    ops_note: str = Field(min_length=1)
    client_note: str = Field(min_length=1)


def schema() -> dict[str, Any]:
    """The schema for a provider: the strict common subset."""
    return strict_schema(NarrativeAnswer)


def read_narrative(value: dict[str, Any]) -> NarrativeAnswer | list[Violation]:
    """An answer from a JSON object, or everything that is wrong with its shape."""
    return read_strictly(NarrativeAnswer, value)


def read_strictly(model: type[Answer], value: dict[str, Any]) -> Answer | list[Violation]:
    """An answer of a contract from a JSON object, or a violation for each field at fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        return [
            Violation(Check.SCHEMA, ".".join(map(str, d["loc"])), _said(d["type"], d["msg"]))
            for d in details
        ]


def _said(kind: str, message: str) -> str:
    return "not a field of the answer" if kind == "extra_forbidden" else message
