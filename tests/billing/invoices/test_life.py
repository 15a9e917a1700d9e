"""The life of an invoice as the database keeps it: the attacker is `e2a_app`, or even the owner."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from e2a.domain.invoicing import MOVES, Status
from e2a.warehouse.connection import Role, Warehouse

NOW = datetime(2026, 7, 3, 9, tzinfo=UTC)
TENANT = "demo-3pl"
FIRST = "draft/demo-3pl/2026-06"
REFUSED = (psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege)


def drafted(connection: psycopg.Connection[Any], month: int = 6, amount: str = "100.00") -> str:
    """A draft with one line and no tax."""
    invoice = f"draft/demo-3pl/2026-{month:02d}"
    connection.execute(
        "insert into billing.invoices (tenant_id, invoice_id, origin, billing_period, currency, "
        "pre_tax, total, fingerprint, generated_at) values (%s, %s, 'own', make_date(2026, %s, 1), "
        "'USD', %s, %s, '', %s)",
        (TENANT, invoice, month, amount, amount, NOW),
    )
    line(connection, invoice, amount)
    return invoice


def line(connection: psycopg.Connection[Any], invoice: str, amount: str, number: int = 1) -> None:
    connection.execute(
        "insert into billing.invoice_lines (tenant_id, invoice_id, line_number, charge_code, "
        "quantity, amount) values (%s, %s, %s, 'pick', 1, %s)",
        (TENANT, invoice, number, amount),
    )


def reviewed(connection: psycopg.Connection[Any], invoice: str) -> None:
    connection.execute(
        "update billing.invoices set status = 'review' where invoice_id = %s", (invoice,)
    )


def numbered(connection: psycopg.Connection[Any], invoice: str, by: str = "ann") -> int:
    """Finalise as the application does: the next number, then the move."""
    row = connection.execute(
        "insert into billing.invoice_numbers as n values (%s, 'INV', 1) on conflict "
        "(tenant_id, series) do update set last_number = n.last_number + 1 returning last_number",
        (TENANT,),
    ).fetchone()
    assert row is not None
    connection.execute(
        "update billing.invoices set status = 'finalised', series = 'INV', ordinal = %s, "
        "number = billing.number_text('INV', %s), finalised_at = %s, finalised_by = %s, "
        "moved_by = %s, moved_at = %s where invoice_id = %s",
        (row[0], row[0], NOW, by, by, NOW, invoice),
    )
    return int(row[0])


@pytest.fixture
def finalised(app: psycopg.Connection[Any]) -> str:
    invoice = drafted(app)
    reviewed(app, invoice)
    numbered(app, invoice)
    app.commit()
    return invoice


ATTACKS = [
    "update billing.invoices set total = 1, pre_tax = 1",
    "update billing.invoices set number = 'INV-000007'",
    "update billing.invoices set ordinal = 7",
    "update billing.invoices set finalised_by = 'mallory'",
    "update billing.invoices set currency = 'EUR'",
    "update billing.invoices set fingerprint = 'x'",
    "update billing.invoices set inputs = '{}', generated_at = now()",
    "update billing.invoices set moved_by = 'mallory'",
    "update billing.invoices set status = 'draft'",
    "update billing.invoices set status = 'review'",
    "update billing.invoices set status = 'credited'",
    "update billing.invoices set status = 'void', total = 0, pre_tax = 0",
    "update billing.invoices set invoice_id = 'mine'",
    "update billing.invoices set billing_period = '2026-01-01'",
    "delete from billing.invoices",
    "truncate billing.invoices cascade",
    "update billing.invoice_lines set amount = 1",
    "delete from billing.invoice_lines",
    "insert into billing.invoice_lines (tenant_id, invoice_id, line_number, charge_code, quantity, "
    "amount) values ('demo-3pl', 'draft/demo-3pl/2026-06', 2, 'gift', 1, -100)",
    "update billing.invoice_lines set invoice_id = 'draft/demo-3pl/2026-07', line_number = 9 "
    "where invoice_id = 'draft/demo-3pl/2026-06'",
    "truncate billing.invoice_lines",
    "insert into billing.invoice_taxes (tenant_id, invoice_id, tax_code, amount) "
    "values ('demo-3pl', 'draft/demo-3pl/2026-06', 'vat', 20)",
    "update billing.invoice_moves set actor = 'mallory'",
    "delete from billing.invoice_moves",
    "truncate billing.invoice_moves",
    "update billing.invoice_numbers set last_number = 0",
    "update billing.invoice_numbers set last_number = last_number + 2",
    "update billing.invoice_numbers set series = 'MINE'",
    "delete from billing.invoice_numbers",
    "delete from billing.closed_periods",
]


@pytest.mark.parametrize("statement", ATTACKS)
@pytest.mark.parametrize("role", [Role.APP, Role.OWNER], ids=str)
def test_nobody_changes_a_finalised_invoice(warehouse: Warehouse, app, finalised, statement, role):
    drafted(app, 7)
    app.execute("insert into billing.closed_periods values (%s, '2026-06-01', %s)", (TENANT, NOW))
    app.commit()
    before = everything(app)
    with warehouse.connect(role) as attacker:
        assert refused(attacker, statement)
    assert everything(app) == before


def refused(connection: psycopg.Connection[Any], statement: str) -> bool:
    """Whether it, or its commit, is refused."""
    try:
        connection.execute(statement)  # type: ignore[call-overload]
        connection.commit()
    except REFUSED:
        connection.rollback()
        return True
    return False


def everything(connection: psycopg.Connection[Any]) -> list[tuple[str]]:
    found = [
        row for table in (
            "invoices", "invoice_lines", "invoice_taxes", "invoice_moves", "invoice_numbers",
            "credit_notes",
        )
        for row in connection.execute(f"select t::text from billing.{table} as t order by 1")
    ]  # fmt: skip
    connection.rollback()
    return found


@pytest.mark.parametrize(
    "columns",
    [
        "status = 'finalised'",
        "status = 'review', number = 'INV-000001'",
        "status = 'review', finalised_at = now(), finalised_by = 'ann'",
    ],
)
@pytest.mark.parametrize("role", [Role.APP, Role.OWNER], ids=str)
def test_a_draft_takes_no_number_and_skips_no_review(warehouse, app, columns, role):
    drafted(app)
    app.commit()
    with warehouse.connect(role) as attacker, pytest.raises(REFUSED):
        attacker.execute(f"update billing.invoices set {columns}")


@pytest.mark.parametrize("status", ["review", "finalised", "credited", "void"])
def test_an_invoice_begins_as_a_draft(app, status):
    with pytest.raises(REFUSED):
        app.execute(
            "insert into billing.invoices (tenant_id, invoice_id, origin, status, billing_period, "
            "currency, total, fingerprint, series, ordinal, number, finalised_at, finalised_by) "
            "values ('demo-3pl', 'x', 'own', %s, '2026-06-01', 'USD', 0, '', 'INV', 1, "
            "'INV-000001', now(), 'ann')",
            (status,),
        )


def forged(number: str, ordinal: int, by: str = "ann") -> str:
    return (
        "update billing.invoices set status = 'finalised', series = 'INV', "
        f"ordinal = {ordinal}, number = '{number}', finalised_at = now(), finalised_by = '{by}'"
    )


@pytest.mark.parametrize(
    "forgery",
    [
        forged("INV-000001", 1),
        forged("INV-000002", 2),
        forged("GIFT-1", 1),
        forged("INV-000001", 1, by="system"),
        forged("INV-000001", 1, by=" "),
    ],
)
def test_a_number_is_the_next_of_its_series_or_none(app, forgery):
    reviewed(app, drafted(app))
    app.commit()
    with pytest.raises(REFUSED):
        app.execute(forgery)


def test_a_number_that_is_taken_is_used_in_the_same_transaction(app):
    app.execute("insert into billing.invoice_numbers values (%s, 'INV', 1)", (TENANT,))
    with pytest.raises(psycopg.errors.CheckViolation, match="not used"):
        app.commit()


def test_lines_and_taxes_must_add_up_to_be_finalised(app):
    reviewed(app, drafted(app))
    app.execute("update billing.invoices set pre_tax = 99, total = 99")
    with pytest.raises(psycopg.errors.CheckViolation, match="add up"):
        numbered(app, FIRST)


def test_a_line_does_not_slip_in_beside_a_finalisation_under_way(warehouse: Warehouse, app):
    """The line waits for the finalisation, and is refused when it commits."""
    reviewed(app, drafted(app))
    app.commit()
    numbered(app, FIRST)
    with ThreadPoolExecutor(1) as pool, warehouse.connect(Role.APP) as attacker:
        attempt = pool.submit(line, attacker, FIRST, "-100", 2)
        with warehouse.connect(Role.ADMIN, autocommit=True) as watching:
            while (
                not watching.execute(
                    "select from pg_stat_activity where wait_event_type = 'Lock' and datname = %s",
                    (warehouse.database,),
                ).fetchall()
                and not attempt.done()
            ):
                pass
        app.commit()
        with pytest.raises(psycopg.errors.CheckViolation, match="stay"):
            attempt.result(timeout=30)


def test_the_moves_of_the_database_are_those_of_the_domain(app, warehouse):
    """Every pair of statuses, tried from where it can be reached."""
    allowed = {(a.value, b.value) for a, targets in MOVES.items() for b in targets}
    assert ("draft", "finalised") not in allowed
    for start in Status:
        for end in Status:
            if start is end:
                continue
            with app.transaction(force_rollback=True):
                _stand(app, start)
                try:
                    with app.transaction():
                        _go(app, end)
                    moved = True
                except REFUSED:
                    moved = False
            assert moved == ((start.value, end.value) in allowed), (start, end)


def _stand(connection, status: Status) -> None:
    invoice = drafted(connection)
    if status is not Status.DRAFT:
        reviewed(connection, invoice)
    if status in (Status.FINALISED, Status.VOID, Status.CREDITED):
        numbered(connection, invoice)
    if status is Status.VOID:
        _go(connection, status)
    if status is Status.CREDITED:
        _go(connection, status)


def _go(connection, status: Status) -> None:
    if status is Status.FINALISED:
        numbered(connection, FIRST)
        return
    if status is Status.CREDITED:
        credit_whole(connection)
    connection.execute("update billing.invoices set status = %s", (status.value,))


def credit_whole(connection, amount: str = "100.00") -> None:
    connection.execute(
        "insert into billing.invoice_numbers as n values (%s, 'INV-CN', 1) on conflict "
        "(tenant_id, series) do update set last_number = n.last_number + 1",
        (TENANT,),
    )
    connection.execute(
        "insert into billing.credit_notes select %s, billing.number_text('INV-CN', last_number), "
        "'INV-CN', last_number, %s, 'USD', %s, 0, %s, 1, 'damaged', 'ann', %s "
        "from billing.invoice_numbers where series = 'INV-CN'",
        (TENANT, FIRST, amount, amount, NOW),
    )
    connection.execute(
        "insert into billing.credit_note_lines select tenant_id, number, 1, pre_tax "
        "from billing.credit_notes order by ordinal desc limit 1"
    )


def test_credit_notes_never_go_beyond_the_invoice(app, finalised):
    credit_whole(app, "60.00")
    app.commit()
    credit_whole(app, "40.01")
    with pytest.raises(psycopg.errors.CheckViolation, match="beyond its invoice"):
        app.commit()


def test_an_exhausted_invoice_is_credited_in_the_same_transaction(app, finalised):
    credit_whole(app)
    with pytest.raises(psycopg.errors.CheckViolation, match="beyond its invoice"):
        app.commit()
    credit_whole(app)
    app.execute("update billing.invoices set status = 'credited', moved_by = 'ann'")
    app.commit()


def test_an_invoice_with_credit_notes_is_not_voided(app, finalised):
    credit_whole(app, "1.00")
    app.commit()
    with pytest.raises(psycopg.errors.CheckViolation, match="not voided"):
        app.execute("update billing.invoices set status = 'void'")


@pytest.mark.parametrize(
    "statement",
    [
        "update billing.credit_notes set total = 1, pre_tax = 1",
        "delete from billing.credit_notes",
        "truncate billing.credit_notes cascade",
        "update billing.credit_note_lines set amount = 1",
        "delete from billing.credit_note_lines",
        "insert into billing.credit_note_lines values ('demo-3pl', 'INV-CN-000001', 2, 5)",
        "insert into billing.credit_note_taxes values "
        "('demo-3pl', 'INV-CN-000001', 'vat', 20, 60, 12)",
    ],
)
@pytest.mark.parametrize("role", [Role.APP, Role.OWNER], ids=str)
def test_nobody_changes_a_credit_note(warehouse, app, finalised, statement, role):
    credit_whole(app, "60.00")
    app.commit()
    with warehouse.connect(role) as attacker:
        assert refused(attacker, statement)


def test_every_move_is_on_record_with_who_and_when(app, finalised):
    app.execute(
        "update billing.invoices set status = 'void', moved_by = 'bob', move_reason = 'wrong "
        "address', moved_at = %s",
        (NOW,),
    )
    found = app.execute(
        "select from_status, to_status, actor, reason from billing.invoice_moves order by move"
    ).fetchall()
    assert found == [
        (None, "draft", "system", None),
        ("draft", "review", "system", None),
        ("review", "finalised", "ann", None),
        ("finalised", "void", "bob", "wrong address"),
    ]


def test_a_draft_may_go_with_its_lines_and_moves(app):
    drafted(app)
    app.execute("delete from billing.invoices")
    app.commit()
    assert everything(app) == []


def test_there_is_one_own_invoice_a_month_until_it_is_void(app, finalised):
    with pytest.raises(psycopg.errors.UniqueViolation), app.transaction():
        drafted_again(app)
    app.execute("update billing.invoices set status = 'void', moved_by = 'bob'")
    drafted_again(app)


def drafted_again(connection) -> None:
    connection.execute(
        "insert into billing.invoices (tenant_id, invoice_id, origin, billing_period, currency, "
        "total, fingerprint) values (%s, %s, 'own', '2026-06-01', 'USD', 0, '')",
        (TENANT, f"{FIRST}/2"),
    )
