"""Forgetting the person behind an order, and nothing else.

Personal fields are blanked in the inbox, in archives under the installation's home and in the
events' fragments; keys, times and hashes stay, so every verdict and invoice stays equal and the
same delivery is still recognised. A body that holds several orders is blanked whole.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg

from e2a.domain.errors import BadInputError
from e2a.domain.privacy import redact
from e2a.warehouse import parquet
from e2a.warehouse.retention import archive_folder


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many inbox rows, events and archive lines were blanked; zero the second time."""

    inbox_rows: int
    events: int
    archive_lines: int


def forget(
    connection: psycopg.Connection[Any], tenant_id: str, order: str, archives: Path
) -> Forgotten:
    """Blank the personal data of one order.

    Args:
        connection: as `e2a_app`, outside a transaction.
        tenant_id: the order's tenant.
        order: its id or any of its names, with or without namespace.
        archives: a folder; every `deliveries.jsonl` below it is an archive.

    Raises:
        BadInputError: no such order, or the name means several.
    """
    with connection.transaction():
        order_id = _resolve(connection, tenant_id, order)
        rows = connection.execute(_ROWS, {"tenant": tenant_id, "order": order_id}).fetchall()
        blanked = [_blank_row(connection, tenant_id, *row) for row in rows]
        events = _blank_what_became(connection, tenant_id, order_id)
    ids = {(row[1], row[2]) for row in rows}
    lines = sum(_blank_archive(file, tenant_id, ids) for file in _archives(archives))
    lines += _blank_days(connection, tenant_id, order_id, archives)
    return Forgotten(sum(blanked), events, lines)


def _blank_what_became(connection: psycopg.Connection[Any], tenant_id: str, order_id: str) -> int:
    """Blank what the rows became, be they still in the inbox or dropped; returns the events."""
    found = connection.execute(_SEQS, {"tenant": tenant_id, "order": order_id}).fetchall()
    given = (tenant_id, [row[0] for row in found])
    where = "where tenant_id = %s and inbox_seq = any(%s)"
    events = connection.execute(
        f"update landing.order_events set fragment = '{{}}' {where} and fragment <> '{{}}'", given
    ).rowcount
    connection.execute(f"update landing.quarantine set payload = null {where}", given)
    connection.execute(f"update landing.dead_letters set error = '' {where}", given)
    connection.execute(
        f"update landing.outcomes set detail = null {where} and outcome = 'dead_letter'", given
    )
    return events


def _resolve(connection: psycopg.Connection[Any], tenant_id: str, order: str) -> str:
    found = connection.execute(
        "select distinct order_id from orders.identifiers where tenant_id = %(tenant)s "
        "and (name = %(order)s or split_part(name, ':', 2) = %(order)s)",
        {"tenant": tenant_id, "order": order},
    ).fetchall()
    if not found:
        raise BadInputError(
            f"Tenant {tenant_id} has no order {order!r}", "Give its id, such as shopify:5001"
        )
    if len(found) > 1:
        names = ", ".join(sorted(row[0] for row in found))
        raise BadInputError(f"{order!r} means several orders", f"Say which: {names}")
    return str(found[0][0])


def _blank_row(
    connection: psycopg.Connection[Any],
    tenant_id: str,
    seq: int,
    source: str,
    delivery_id: str,
    body: bytes,
    done: bool,
) -> int:
    if done:
        return 0
    blank = redact(bytes(body)) or b""
    connection.execute(
        "update landing.inbox set body = %s, redacted_at = now() where tenant_id = %s and seq = %s",
        (blank, tenant_id, seq),
    )
    connection.execute(
        "update landing.deliveries set redacted_hash = %s "
        "where tenant_id = %s and source = %s and delivery_id = %s",
        (hashlib.sha256(blank).digest(), tenant_id, source, delivery_id),
    )
    return 1


def _archives(folder: Path) -> Iterator[Path]:
    return folder.rglob("deliveries.jsonl") if folder.is_dir() else iter(())


def _blank_archive(file: Path, tenant_id: str, ids: set[tuple[str, str]]) -> int:
    """Rewrite an archive with the forgotten deliveries blanked, aside and renamed."""
    changed, aside = 0, file.with_suffix(".forgetting")
    with file.open("rb") as lines, aside.open("wb") as kept:
        for line in lines:
            entry = orjson.loads(line)
            ours = entry["tenant"] == tenant_id and (entry["source"], entry["delivery_id"]) in ids
            blank = (redact(entry["body"].encode()) or b"").decode() if ours else entry["body"]
            if blank != entry["body"]:
                changed += 1
                line = orjson.dumps({**entry, "body": blank}) + b"\n"
            kept.write(line)
    aside.replace(file) if changed else aside.unlink()
    return changed


def _blank_days(
    connection: psycopg.Connection[Any], tenant_id: str, order_id: str, home: Path
) -> int:
    """Blank archived days of the inbox, be their rows still there or dropped."""
    found = connection.execute(_ARCHIVED, {"tenant": tenant_id, "order": order_id}).fetchall()
    connection.rollback()
    changed = 0
    for file, day, part, seqs in found:
        rows = parquet.blank(
            archive_folder(home) / file, set(seqs), lambda body: redact(body) or b""
        )
        if rows:
            with connection.transaction():
                digest = parquet.content(archive_folder(home) / file).digest
                _note_blanked(connection, rows, (digest, tenant_id, day, part))
        changed += len(rows)
    return changed


def _note_blanked(
    connection: psycopg.Connection[Any], rows: list[parquet.Row], archive: tuple[Any, ...]
) -> None:
    connection.execute(
        "update landing.archives set content_hash = %s "
        "where tenant_id = %s and day = %s and part = %s",
        archive,
    )
    connection.cursor().executemany(
        "update landing.deliveries set redacted_hash = %s "
        "where tenant_id = %s and source = %s and delivery_id = %s",
        [(hashlib.sha256(row[5]).digest(), *row[:3]) for row in rows],
    )


# Every row that mentions a name of the order or one of its parcels, whatever became of its facts.
_NAMES = """
with names as (
    select name from orders.identifiers where tenant_id = %(tenant)s and order_id = %(order)s
    union
    select s.shipment_name from orders.shipments as s
    inner join orders.identifiers as i on i.tenant_id = s.tenant_id and i.name = s.order_name
    where s.tenant_id = %(tenant)s and i.order_id = %(order)s
)
"""

_SEQS = f"""
{_NAMES}
select o.inbox_seq from landing.outcomes as o
where o.tenant_id = %(tenant)s and o.mentions && array(select name from names)
"""

_ARCHIVED = f"""
{_NAMES}
select a.file, a.day, a.part, array_agg(o.inbox_seq)
from landing.outcomes as o
inner join landing.archives as a
    on a.tenant_id = o.tenant_id and a.day = (o.received_at at time zone 'UTC')::date
where o.tenant_id = %(tenant)s and o.mentions && array(select name from names)
group by a.file, a.day, a.part order by a.day, a.part
"""

_ROWS = f"""
{_NAMES}
select i.seq, i.source, i.delivery_id, i.body, i.redacted_at is not null
from landing.outcomes as o
inner join landing.inbox as i
    on i.tenant_id = o.tenant_id and i.received_at = o.received_at and i.seq = o.inbox_seq
where o.tenant_id = %(tenant)s and o.mentions && array(select name from names)
order by i.seq
"""
