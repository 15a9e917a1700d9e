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
        seqs = [row[0] for row in rows]
        events = connection.execute(
            "update landing.order_events set fragment = '{}' "
            "where tenant_id = %s and inbox_seq = any(%s) and fragment <> '{}'",
            (tenant_id, seqs),
        ).rowcount
        connection.execute(
            "update landing.quarantine set payload = null "
            "where tenant_id = %s and inbox_seq = any(%s)",
            (tenant_id, seqs),
        )
        connection.execute(
            "update landing.dead_letters set error = '' "
            "where tenant_id = %s and inbox_seq = any(%s)",
            (tenant_id, seqs),
        )
    ids = {(row[1], row[2]) for row in rows}
    lines = sum(_blank_archive(file, tenant_id, ids) for file in _archives(archives))
    return Forgotten(sum(blanked), events, lines)


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


# Every row that mentions a name of the order or one of its parcels, whatever became of its facts.
_ROWS = """
with names as (
    select name from orders.identifiers where tenant_id = %(tenant)s and order_id = %(order)s
    union
    select s.shipment_name from orders.shipments as s
    inner join orders.identifiers as i on i.tenant_id = s.tenant_id and i.name = s.order_name
    where s.tenant_id = %(tenant)s and i.order_id = %(order)s
)
select i.seq, i.source, i.delivery_id, i.body, i.redacted_at is not null
from landing.outcomes as o
inner join landing.inbox as i
    on i.tenant_id = o.tenant_id and i.received_at = o.received_at and i.seq = o.inbox_seq
where o.tenant_id = %(tenant)s and o.mentions && array(select name from names)
order by i.seq
"""
