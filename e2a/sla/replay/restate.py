"""Restatements: history judged by another version, on one person's word and another's consent.

A proposal changes nothing. An approval is a fact with an instant: from then on the clocks that
started in the range are judged by the version, and what was known before stays known (C11, C18).
Proposing the same again, or approving again, changes nothing and finishes what broke off.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import person
from e2a.domain.policies import Policies
from e2a.sla.exceptions.syncing import sync
from e2a.sla.replay.history import touch_between
from e2a.warehouse.reference.promises import policy_version
from e2a.warehouse.scope import refresh

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is asked for: clocks that started in [started_from, started_until), judged anew."""

    tenant: str
    started_from: datetime
    started_until: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Restatement:
    """A row of `reference.restatements`."""

    tenant_id: str
    restatement_id: str
    policy_version: str
    started_from: datetime
    started_until: datetime
    reason: str
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None


def propose(connection: Connection, proposal: Proposal, version: str, at: datetime) -> Restatement:
    """Put a restatement on record, not approved.

    Raises:
        BadInputError: the range is empty, there is no reason or no name, or no such version.
    """
    by = person(proposal.by, "one who proposes")
    _check(proposal)
    given: dict[str, Any] = {
        "tenant": proposal.tenant, "version": version, "from": proposal.started_from,
        "until": proposal.started_until, "reason": proposal.reason.strip(), "by": by, "at": at,
    }  # fmt: skip
    key = "\n".join(str(given[name]) for name in given if name != "at")
    given["id"] = hashlib.sha256(key.encode()).hexdigest()[:12]
    with connection.transaction():
        if not connection.execute(_KNOWN, given).rowcount:
            raise _not_loaded(proposal.tenant, f"version {version}")
        connection.execute(_PROPOSE, given)
        return _found(connection, given["id"], proposal.tenant)[0]


def _check(proposal: Proposal) -> None:
    if not proposal.reason.strip():
        raise BadInputError("A restatement needs a reason", "Give one with --reason")
    for instant in (proposal.started_from, proposal.started_until):
        if instant.tzinfo is None:
            raise BadInputError(f"{instant} has no zone", f"Write {instant.isoformat()}Z")
    if proposal.started_from >= proposal.started_until:
        raise BadInputError(
            f"There is nothing from {proposal.started_from} until {proposal.started_until}",
            "Give a range that ends after it begins",
        )


def versions_of(connection: Connection, policies: Policies) -> list[str]:
    """The versions of a text that were loaded last: one, or one a site where calendars differ.

    Raises:
        BadInputError: an entry of the text was never loaded.
    """
    texts = {
        policy_version(policies, entry, site): f"policy {entry.policy} of {entry.valid_from}"
        for entry in policies.sla
        for site in policies.sites_of(entry)
    }
    tenant = policies.tenant.tenant
    with connection.transaction():
        rows = connection.execute(_LOADED, (tenant, list(texts))).fetchall()
    for text in texts.keys() - {row[0] for row in rows}:
        raise _not_loaded(tenant, texts[text])
    return sorted(version for _, version, is_last in rows if is_last)


def approve(connection: Connection, beginning: str, by: str, at: datetime) -> Restatement:
    """Approve a restatement and judge anew what it concerns.

    Args:
        connection: as `e2a_app`, outside a transaction.
        beginning: of the restatement's identifier.
        by: who approves.
        at: the instant from which the new verdicts are known.

    Raises:
        BadInputError: there is no such restatement, or its author approves it.
    """
    by = person(by, "approver")
    with connection.transaction():
        proposed = _only(_found(connection, beginning), beginning)
        if proposed.requested_by.lower() == by.lower():
            raise BadInputError(
                f"{by} cannot approve a restatement of their own", "Name another approver"
            )
        given = {"tenant": proposed.tenant_id, "id": proposed.restatement_id, "by": by, "at": at}
        connection.execute(_APPROVE, given)
        (approved,) = _found(connection, proposed.restatement_id, proposed.tenant_id)
        touch_between(connection, approved.tenant_id, approved.started_from, approved.started_until)
    refresh(connection)
    sync(connection, at)
    return approved


def listed(connection: Connection, tenant: str | None) -> list[Restatement]:
    """The restatements on record, the latest first."""
    with connection.transaction():
        return _found(connection, "", tenant)


def _found(connection: Connection, beginning: str, tenant: str | None = None) -> list[Restatement]:
    with connection.cursor(row_factory=class_row(Restatement)) as cursor:
        return cursor.execute(_FIND, {"beginning": beginning, "tenant": tenant}).fetchall()


def _only(found: list[Restatement], beginning: str) -> Restatement:
    if len(found) != 1:
        problem = f"{len(found)} restatements begin" if found else "No restatement begins"
        raise BadInputError(
            f"{problem} with {beginning!r}", "See `e2a policy restate list` for their identifiers"
        )
    return found[0]


def _not_loaded(tenant: str, what: str) -> BadInputError:
    return BadInputError(
        f"{tenant} has no loaded {what}",
        "Put the text into policies/ and load it with `e2a run`; then propose again",
    )


_KNOWN = """
select from reference.sla_policies
where tenant_id = %(tenant)s and policy_version = %(version)s limit 1
"""

_LOADED = """
select text, policy_version, rank() over (order by loaded_at desc) = 1
from (
    select distinct on (split_part(policy_version, '.', 1))
        split_part(policy_version, '.', 1) as text, policy_version, loaded_at
    from reference.sla_policies
    where tenant_id = %s and split_part(policy_version, '.', 1) = any(%s)
    order by text, loaded_at desc, length(policy_version) desc, policy_version desc
) as versions
"""

_PROPOSE = """
insert into reference.restatements (
    tenant_id, restatement_id, policy_version, started_from, started_until, reason,
    requested_by, requested_at
) values (
    %(tenant)s, %(id)s, %(version)s, %(from)s, %(until)s, %(reason)s, %(by)s, %(at)s
) on conflict do nothing
"""

_APPROVE = """
update reference.restatements set approved_by = %(by)s, approved_at = %(at)s
where tenant_id = %(tenant)s and restatement_id = %(id)s and approved_at is null
"""

_FIND = """
select * from reference.restatements
where
    starts_with(restatement_id, %(beginning)s)
    and (%(tenant)s::text is null or tenant_id = %(tenant)s)
order by requested_at desc, restatement_id
"""
