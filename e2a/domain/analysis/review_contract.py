"""The shape of a model's policy review: what it must say before anything of it is looked at.

A review is read in two steps. The shape is strict and stands here: a field that is missing, extra
or of another type refuses the whole answer. Whether what it says is so (pointers, values, quotes,
scenarios) is checked piece by piece in `e2a.review`: a piece that is not so is dropped and counted.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from e2a.domain.analysis.strict_schema import strict_schema

MOST = {"findings": 20, "tests": 12, "mismatches": 10}
"""Pieces of a kind that are looked at; what is beyond is counted as dropped."""

Category = Literal[
    "L03", "L04", "L05", "L06", "L07", "L08", "L09", "L10", "L11", "L12", "L13", "L14", "L15",
    "L16", "L17", "L18", "L19", "L20", "L21", "L22", "ambiguous", "surprising",
]  # fmt: skip
"""What a finding may be about: a rule of the lint that text alone can show, or neither."""


class _Said(BaseModel):
    """A piece of an answer: every field given, nothing else, no value turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ReviewFinding(_Said):
    """Something wrong, with its evidence: the value that really stands at the pointer."""

    pointer: str = Field(description="JSON pointer, such as /sla/0/stages/pick/within_minutes")
    value: str = Field(description="exactly what stands there, as text")
    category: Category
    severity: Literal["info", "warning", "error"]
    problem: str
    failure: str = Field(description="one line: what happens to which order or invoice")


class ProposedTest(_Said):
    """A test of the policy: events and questions in the scenario language, as YAML."""

    title: str
    because: str
    scenario: str = Field(description="YAML with the keys events and questions, nothing else")


class Mismatch(_Said):
    """Prose and policy that contradict each other, quoted from both sides."""

    quote: str = Field(description="word for word from the prose")
    pointer: str
    value: str
    problem: str


class PolicyReviewAnswer(_Said):
    """A model's whole review.

    Attributes:
        summary: plain language; figures only as slots that are pointers, such as
            [[/sla/0/stages/pick/within_minutes]]; empty if there is nothing to say.
    """

    summary: str
    findings: list[ReviewFinding]
    tests: list[ProposedTest]
    mismatches: list[Mismatch]


def problems(value: dict[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with the shape of an answer, as (place, what), without the values given."""
    try:
        PolicyReviewAnswer.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return [(".".join(map(str, d["loc"])) or "answer", d["msg"]) for d in details]
    return []


def schema() -> dict[str, Any]:
    """The schema for a provider: the strict subset that all vendors take (no bounds, no defaults).

    Every field is required and nothing else may stand beside it.
    """
    return strict_schema(PolicyReviewAnswer)
