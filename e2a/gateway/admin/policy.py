"""The policy lint over HTTP: texts in, findings out; nothing is loaded and no file is touched."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from e2a.domain.lint import lint, subject

Text = Annotated[str, Field(max_length=512 * 1024)]


class Asked(BaseModel):
    """A tenant's files as text, by what they are."""

    model_config = ConfigDict(extra="forbid")

    tenant: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    files: dict[Literal["tenant", "sla", "rates", "fx"], Text] = Field(min_length=1)


async def linted(body: bytes, now: datetime) -> Any:  # noqa: ANN401 - JSON
    """What is wrong with the texts, each with its place and a fix."""
    asked = Asked.model_validate_json(body)
    texts: dict[str, tuple[str, str]] = {
        stem: (f"{asked.tenant}/{stem}.yaml", text) for stem, text in asked.files.items()
    }
    findings = await to_thread.run_sync(lambda: lint(subject(asked.tenant, texts, now.date())))
    return {"findings": [asdict(finding) for finding in findings]}
