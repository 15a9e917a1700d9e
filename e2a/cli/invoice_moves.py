"""What a person does to an invoice: review, finalise, void, credit. Each is one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from e2a.billing import invoices as billing
from e2a.billing.invoices.export import as_json
from e2a.billing.invoices.finding import which
from e2a.billing.invoices.generating import catch_up
from e2a.cli.console import JsonOption, TenantOption, connected, now, out
from e2a.cli.invoice_options import ByOption, DryRunOption, InvoiceArgument
from e2a.domain.errors import BadInputError

ReasonOption = Annotated[str, typer.Option(help="Why; it stays on record.")]


def review(
    invoice: InvoiceArgument, by: ByOption, tenant: TenantOption = None, json: JsonOption = False
) -> None:
    """Say that you look at a draft; if its lines change afterwards, it is a draft again.

    Example: e2a invoices review draft/demo-3pl/2026-03 --by ann
    """
    with connected() as (_, connection):
        of = which(connection, invoice, tenant)
        connection.rollback()
        billing.send_to_review(connection, *of, by=by, now=now())
    _told(
        {"tenant": of[0], "invoice_id": of[1], "status": "review"}, json, f"{of[1]} is in review."
    )


def finalise(
    invoice: InvoiceArgument,
    by: ByOption,
    tenant: TenantOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Give an invoice its number and close it for ever; refused while anything is unclear.

    Example: e2a invoices finalise draft/demo-3pl/2026-03 --by ann
    """
    with connected() as (_, connection):
        of = which(connection, invoice, tenant)
        connection.rollback()
        if not dry_run:
            catch_up(connection)
        with _within(connection, dry_run):
            number = billing.finalise(connection, *of, by=by, now=now())
    _told(
        {"tenant": of[0], "invoice_id": of[1], "number": number, "dry_run": dry_run},
        json,
        f"{of[1]} would become {number}; nothing was written."
        if dry_run
        else f"{of[1]} is invoice {number}, finalised by {by}.",
    )


def void(
    invoice: InvoiceArgument,
    reason: ReasonOption,
    by: ByOption,
    tenant: TenantOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Declare a finalised invoice void; its month can be drafted again, its number stays taken.

    Example: e2a invoices void INV-000001 --tenant demo-3pl --reason "wrong customer" --by ann
    """
    with connected() as (_, connection):
        of = which(connection, invoice, tenant)
        connection.rollback()
        with _within(connection, dry_run):
            billing.void(connection, *of, reason=reason, by=by, now=now())
    words = "would be void; nothing was written" if dry_run else f"is void, by {by}"
    _told(
        {"tenant": of[0], "invoice_id": of[1], "status": "void", "dry_run": dry_run},
        json,
        f"{invoice} {words}.",
    )


def credit(
    invoice: InvoiceArgument,
    reason: ReasonOption,
    by: ByOption,
    line: Annotated[
        list[str] | None,
        typer.Option(help="Line number, or NUMBER=AMOUNT before tax; may be repeated."),
    ] = None,
    amount: Annotated[
        str | None, typer.Option(help="An amount before tax, spread over all lines.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--rest", help="All that is not credited yet.")
    ] = False,
    tenant: TenantOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Write a credit note for lines, an amount, or all that is left of a finalised invoice.

    Credits never exceed the invoice; the note that exhausts it takes the cents that rounding left.

    Example: e2a invoices credit INV-000001 --line 3=12.50 --reason "damaged goods" --by ann
    """
    if sum((bool(line), amount is not None, everything)) != 1:
        raise BadInputError("What is credited?", "Give one of --line, --amount and --rest")
    with connected() as (_, connection):
        of = which(connection, invoice, tenant)
        connection.rollback()
        with _within(connection, dry_run):
            done = billing.credit_lines(
                connection, *of, lines=_lines(line) if line else None,
                amount=None if amount is None else _number(amount, "--amount"),
                reason=reason, by=by, now=now(),
            )  # fmt: skip
    note = done.note
    _told(
        {
            "tenant": of[0], "invoice_id": of[1], "number": done.number, "pre_tax": note.pre_tax,
            "tax": note.tax, "total": note.total, "currency": done.currency,
            "lines": {str(number): net for number, net in note.lines.items()},
            "invoice_status": done.status.value, "dry_run": dry_run,
        },
        json,
        f"Credit note {done.number}: {note.pre_tax:f} and {note.tax:f} tax, {note.total:f} "
        f"{done.currency} in all"
        + ("; the invoice is credited in full" if note.exhausts else "")
        + (" (nothing was written)." if dry_run else "."),
    )  # fmt: skip


COMMANDS: dict[str, Callable[..., None]] = {
    "review": review, "finalise": finalise, "void": void, "credit": credit,
}  # fmt: skip
"""Name -> command, in the order of an invoice's life."""


def _within(connection: Any, dry_run: bool) -> AbstractContextManager[Any]:  # noqa: ANN401
    """The transaction of a move; a dry run takes it back."""
    found: AbstractContextManager[Any] = connection.transaction(force_rollback=dry_run)
    return found


def _told(result: dict[str, Any], json: bool, words: str) -> None:
    if json:
        out.out(as_json(result))
    else:
        out.print(words, markup=False)


def _lines(said: list[str]) -> dict[int, Decimal | None]:
    found: dict[int, Decimal | None] = {}
    for one in said:
        number, equals, net = one.partition("=")
        if not number.strip().isdigit():
            raise BadInputError(f"--line {one!r} names no line", "Write --line 3 or --line 3=12.50")
        if int(number) in found:
            raise BadInputError(f"Line {int(number)} is named twice", "Add its amounts up")
        found[int(number)] = _number(net, f"--line {number}") if equals else None
    return found


def _number(text: str, option: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise BadInputError(f"{option}: {text!r} is no amount", "Write it as 12.50")
    return number
