"""Dead letters and quarantine over HTTP: list, show, replay, discard with a reason."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from e2a.domain.deliveries import Source
from e2a.domain.errors import BadInputError
from e2a.gateway.admin.access import Office, Operator
from e2a.gateway.replies import RefusedRequestError
from e2a.sources.readers import READERS
from e2a.warehouse.held import dead_letters
from e2a.warehouse.held.dead_letters import Choice, Held, HeldId, Kind

Text = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
Id = Annotated[str, Field(min_length=3, max_length=128, pattern=r"^[^\x00/]+/[0-9]{1,18}$")]


class Listed(BaseModel):
    """Which rows to list."""

    model_config = ConfigDict(extra="forbid")

    reason: Name | None = None
    tenant: Name | None = None
    source: Source | None = None
    limit: int = Field(50, ge=1, le=1000)
    after: int = Field(0, ge=0, lt=2**62)


class Chosen(BaseModel):
    """Which rows to act on: ids, a reason, or all; `dry_run` only counts them."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Id] = Field([], max_length=1000)
    reason: Name | None = None
    tenant: Name | None = None
    all: bool = False
    dry_run: bool = False


class Discarded(Chosen):
    """Which rows are not needed, why, and who says so (default: the key)."""

    because: Text
    by: Name | None = None


async def listed(office: Office, who: Operator, kind: Kind, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Rows that are held back, and how many for which reason."""
    asked = Listed.model_validate(dict(query))
    choice = Choice(kind, (), asked.reason, who.tenant(asked.tenant), asked.source)
    rows, reasons = await office.work(
        lambda connection, now: (
            dead_letters.list_(connection, choice, limit=asked.limit, after=asked.after),
            dead_letters.count(connection, choice),
        )
    )
    return {
        "count": sum(reasons.values()), "reasons": reasons, "rows": [_row(held) for held in rows]
    }  # fmt: skip


async def shown(office: Office, who: Operator, held_id: HeldId) -> Any:  # noqa: ANN401 - JSON
    """One row with its headers, its body as text, and what was decided about it."""
    who.tenant(held_id.tenant_id)
    try:
        seen = await office.work(lambda connection, now: dead_letters.show(connection, held_id))
    except BadInputError as error:
        raise RefusedRequestError(404, "unknown", str(error)) from None
    return {
        **_row(seen.held),
        "headers": dict(seen.headers),
        "body": seen.body.decode(errors="replace"),
        "problems": list(seen.problems),
        "discards": list(seen.discards),
    }


async def replayed(office: Office, who: Operator, kind: Kind, body: bytes) -> Any:  # noqa: ANN401
    """Try rows again with today's parsers."""
    asked = Chosen.model_validate_json(body)
    choice = _choice(who, kind, asked)
    if asked.dry_run:
        return await _counted(office, choice)
    return asdict(
        await office.work(
            lambda connection, now: dead_letters.replay(connection, READERS, choice, now),
            writes=True,
        )
    )


async def discarded(office: Office, who: Operator, kind: Kind, body: bytes) -> Any:  # noqa: ANN401
    """Settle rows by a person's decision."""
    asked = Discarded.model_validate_json(body)
    choice = _choice(who, kind, asked)
    if asked.dry_run:
        return await _counted(office, choice)
    rows = await office.work(
        lambda connection, now: dead_letters.discard(
            connection, choice, reason=asked.because, by=asked.by or who.key_id, now=now
        ),
        writes=True,
    )
    return {"rows": rows}


async def _counted(office: Office, choice: Choice) -> Any:  # noqa: ANN401 - JSON
    reasons = await office.work(lambda connection, now: dead_letters.count(connection, choice))
    return {"rows": sum(reasons.values()), "reasons": reasons, "dry_run": True}


def _choice(who: Operator, kind: Kind, asked: Chosen) -> Choice:
    if sum((bool(asked.ids), asked.reason is not None, asked.all)) != 1:
        raise BadInputError("Which rows is not said", "Give one of `ids`, `reason` or `all`")
    ids = tuple(HeldId.parse(text) for text in asked.ids)
    for one in ids:
        who.tenant(one.tenant_id)
    return Choice(kind, ids, asked.reason, who.tenant(asked.tenant))


def _row(held: Held) -> dict[str, Any]:
    return {"id": str(held.id), **asdict(held)}
