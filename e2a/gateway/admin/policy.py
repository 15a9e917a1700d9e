"""The policy lint over HTTP: texts in, findings out; nothing is loaded and no file is touched.

A model that looks too (`reviewed`) is asked as `e2a_analyst`, within the tenant's budget. Tests
that it proposes are read and not run: the engine is no guest of the gateway; `e2a policy lint --ai`
runs them.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from e2a.domain.lint import Subject, lint, subject
from e2a.gateway.admin.access import Office, Operator
from e2a.review.asking import LONGEST_PROSE
from e2a.review.opening import asking
from e2a.review.review import review
from e2a.warehouse.connection import Warehouse

Text = Annotated[str, Field(max_length=512 * 1024)]


class Asked(BaseModel):
    """A tenant's files as text, by what they are."""

    model_config = ConfigDict(extra="forbid")

    tenant: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    files: dict[Literal["tenant", "sla", "rates", "fx"], Text] = Field(min_length=1)


class AskedOfAModel(Asked):
    """A tenant's files, and the contract in words if it is to be compared with them."""

    prose: Annotated[str, Field(max_length=LONGEST_PROSE)] = ""


async def linted(body: bytes, now: datetime) -> Any:  # noqa: ANN401 - JSON
    """What is wrong with the texts, each with its place and a fix."""
    asked = Asked.model_validate_json(body)
    findings = await to_thread.run_sync(lambda: lint(_subject(asked, now)))
    return {"findings": [asdict(finding) for finding in findings]}


async def reviewed(office: Office, who: Operator, body: bytes) -> Any:  # noqa: ANN401 - JSON
    """The same, and what a model says that can be shown; without a key, why it says nothing."""
    asked = AskedOfAModel.model_validate_json(body)
    who.tenant(asked.tenant)

    def look(warehouse: Warehouse, now: datetime) -> Any:  # noqa: ANN401 - JSON
        text = _subject(asked, now)
        known = lint(text)
        with asking(lambda: warehouse) as asks:
            told = review(asks, text, known, prose=asked.prose)
        return {"findings": [asdict(finding) for finding in known], "review": told.document()}

    return await office.aside(look)


def _subject(asked: Asked, now: datetime) -> Subject:
    texts: dict[str, tuple[str, str]] = {
        stem: (f"{asked.tenant}/{stem}.yaml", text) for stem, text in asked.files.items()
    }
    return subject(asked.tenant, texts, now.date())
