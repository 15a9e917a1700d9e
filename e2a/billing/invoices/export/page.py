"""An invoice as a page that a customer can be sent: one file, printable, no scripts, no links."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

_NAMES = {
    "true_up": "Minimum fee, true-up",
    "maximum": "Maximum fee, cap",
    "sla_credit": "Service level credit",
    "rounding": "Rounding",
}


def as_html(invoice: dict[str, Any], issuer: str | None = None) -> str:
    """The invoice as a self-contained page; every text in it is escaped.

    Args:
        invoice: as `reading.shown` gives it.
        issuer: name and address of who issues it, lines separated by semicolons.
    """
    zone = invoice["billing_zone"]
    environment = Environment(
        loader=PackageLoader("e2a.billing.invoices.export", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = money
    environment.filters["quantity"] = quantity
    environment.filters["day"] = lambda at: _day(at, zone)
    page = environment.get_template("invoice.html.j2")
    return page.render(
        invoice=invoice,
        issuer=[part.strip() for part in (issuer or "").split(";") if part.strip()],
        lines=[{**line, "words": words(line)} for line in invoice["lines"]],
        zone=zone,
    )


def money(amount: Decimal) -> str:
    """An amount with its decimals and groups of thousands: 1,015.50."""
    return f"{amount:,f}"


def quantity(number: Decimal) -> str:
    """A quantity without idle zeros: 1,000 or 0.5."""
    return f"{number:,f}"


def words(line: dict[str, Any]) -> str:
    """What a line is for, in words."""
    kind, code = line["kind"], str(line["charge_code"])
    if kind == "prior_period":
        return f"Late work and corrections of {line['original_period']}"
    if kind == "adjustment":
        return f"Adjustment: {_plain(code)}"
    if kind in _NAMES:
        return _NAMES[kind]
    if code == "order":
        order = str(line["line_key"] or "").removeprefix("order/").partition("@")[0]
        return f"Order {line['reference'] or order}".strip()
    return _plain(code) + (f", tier {line['tier']}" if line["tier"] is not None else "")


def _plain(code: str) -> str:
    return code.replace("_", " ").strip().capitalize() or "Other"


def _day(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"
