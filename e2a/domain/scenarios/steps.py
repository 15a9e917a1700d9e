"""What people and billing systems do in a scenario: finalise, import, audit, decide, credit, void.

A step happens between the events: everything recorded by its instant is known to it, nothing later.
One that must be refused says `refused: true`.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from e2a.domain.policies import PolicyModel
from e2a.domain.scenarios.events import Id
from e2a.domain.scenarios.times import When

Month = Annotated[str, BeforeValidator(lambda v: str(v)), Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class _Step(PolicyModel):
    at: When
    tenant: Id | None = None
    by: Id = "clerk"
    reason: str = "as the scenario says"
    refused: bool = False
    note: str | None = None


class FinaliseStep(_Step):
    """Give our invoice of the month its number and close it."""

    finalise: Month


class VoidStep(_Step):
    """Declare our finalised invoice of the month void."""

    void: Month


class CreditStep(_Step):
    """Credit a line of our finalised invoice: by its number, or its charge if only one has it."""

    credit: Month
    line: Annotated[int, Field(ge=1)] | None = None
    charge: Id | None = None
    net: Decimal | None = None

    @model_validator(mode="after")
    def _one_line(self) -> Self:
        if (self.line is None) == (self.charge is None):
            raise ValueError("say which line: `line` or `charge`")
        return self


class BilledLineText(PolicyModel):
    """A line as another billing system billed it; the amount is quantity x price unless said."""

    charge: Id
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    amount: Decimal | None = None
    tax: Id | None = None
    reference: Id | None = None
    performed_on: Annotated[str, BeforeValidator(lambda v: str(v))] | None = None

    @model_validator(mode="after")
    def _worth(self) -> Self:
        if self.price is None and self.amount is None:
            raise ValueError("a line has a `price` or an `amount`")
        return self


class ImportStep(_Step):
    """An invoice of another billing system arrives."""

    name: Id = Field(alias="import")
    month: Month
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    lines: tuple[BilledLineText, ...] = Field(min_length=1)
    tax: Decimal | None = None
    total: Decimal | None = None


class AuditStep(_Step):
    """The guard looks at every open invoice and adjusts within its limits."""

    audit: Literal["all"]


class WhichFinding(PolicyModel):
    """An adjustment, by the rule and charge of its finding."""

    rule: Id
    charge: Id
    month: Month | None = None


class DecideStep(_Step):
    """A person decides about an adjustment."""

    approve: WhichFinding | None = None
    reject: WhichFinding | None = None
    reverse: WhichFinding | None = None

    @property
    def decision(self) -> tuple[str, WhichFinding]:
        """Which of the three, and about what."""
        for name in DECISIONS:
            if (which := getattr(self, name)) is not None:
                return name, which
        raise AssertionError("a decision decides something")


DECISIONS = ("approve", "reject", "reverse")
KEYS = {
    "finalise": "finalise", "void": "void", "credit": "credit", "import": "import",
    "audit": "audit", **dict.fromkeys(DECISIONS, "decide"),
}  # fmt: skip


def _kind(value: Any) -> str:  # noqa: ANN401 - whatever the YAML holds
    keys = value if isinstance(value, dict) else value.model_dump(by_alias=True)
    return next((kind for key, kind in KEYS.items() if keys.get(key) is not None), "finalise")


Step = Annotated[
    Annotated[FinaliseStep, Tag("finalise")]
    | Annotated[VoidStep, Tag("void")]
    | Annotated[CreditStep, Tag("credit")]
    | Annotated[ImportStep, Tag("import")]
    | Annotated[AuditStep, Tag("audit")]
    | Annotated[DecideStep, Tag("decide")],
    Discriminator(_kind),
]
"""One step; which it is, its key says."""
