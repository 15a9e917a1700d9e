"""A billing clerk in a test: drafts, finalises, credits and reads the invoices of one merchant."""

from decimal import Decimal

from e2a.billing import invoices as billing
from e2a.billing.invoices import Scope
from tests.billing.pricing.merchant import at, card, plain

WORK = card("work: { operation: vas, code: kitting, model: per_unit, price: 1.00 }")
TAXED = card(
    "work: { operation: vas, code: kitting, model: per_unit, price: 1.00, tax: vat }",
    more="  taxes: { vat: 20 }\n",
)
APRIL = "2026-04-02 09:00"
"""When March is over."""


class Clerk:
    """Everything that a clerk does to the invoices of one merchant."""

    def __init__(self, merchant, built):
        self.merchant, self.built = merchant, built
        self.connection, self.tenant = merchant.connection, merchant.tenant

    def worked(self, quantity, when="2026-03-02 09:00", order="o1", **more):
        self.merchant.work("kitting", quantity, when, order, **more)
        self.merchant.derive()

    def draft(self, when=APRIL, *months):
        chosen = tuple(at(f"{month}-01 00:00").date() for month in months) or None
        return billing.draft(self.connection, at(when), Scope(self.tenant, chosen))

    def id(self, month="2026-03"):
        return f"draft/{self.tenant}/{month}"

    def review(self, month="2026-03", when=APRIL, by="ann"):
        billing.send_to_review(self.connection, self.tenant, self.id(month), by=by, now=at(when))

    def finalise(self, month="2026-03", when=APRIL, by="ann", *, drafting=True):
        if drafting:
            self.draft(when)
        return billing.finalise(self.connection, self.tenant, self.id(month), by=by, now=at(when))

    def credit(self, month="2026-03", lines=None, amount=None, when=APRIL):
        return billing.credit_lines(
            self.connection, self.tenant, self.id(month),
            lines=lines and {n: None if net is None else Decimal(net) for n, net in lines.items()},
            amount=None if amount is None else Decimal(amount),
            reason="damaged", by="ann", now=at(when),
        )  # fmt: skip

    def void(self, month="2026-03", when=APRIL):
        billing.void(
            self.connection, self.tenant, self.id(month), reason="wrong", by="ann", now=at(when)
        )

    def rows(self, query, *given):
        return self.merchant.rows(query, *given)

    def invoice(self, month="2026-03"):
        """(status, number, pre-tax, tax, total) of the month's invoice that is not void."""
        found = self.rows(
            "select status, number, pre_tax, tax, total from billing.invoices where tenant_id = %s "
            "and origin = 'own' and billing_period = %s and status <> 'void'",
            self.tenant, f"{month}-01",
        )  # fmt: skip
        return [(s, n, plain(p), plain(x), plain(t)) for s, n, p, x, t in found]

    def total(self, month="2026-03"):
        ((_, _, _, _, total),) = self.invoice(month)
        return total

    def lines(self, month="2026-03"):
        """(kind, charge or corrected month, amount) of the month's invoice, as they stand on it."""
        found = self.rows(
            "select l.kind, coalesce(to_char(l.original_period, 'YYYY-MM'), l.charge_code), "
            "l.amount from billing.invoice_lines as l inner join billing.invoices as i "
            "using (tenant_id, invoice_id) where l.tenant_id = %s and i.billing_period = %s "
            "and i.status <> 'void' order by l.line_number",
            self.tenant, f"{month}-01",
        )  # fmt: skip
        return [(kind, what, plain(amount)) for kind, what, amount in found]

    def everything(self):
        """All that invoices consist of, whole."""
        return {
            table: self.rows(
                f"select t::text from billing.{table} as t where tenant_id = %s order by 1",
                self.tenant,
            )
            for table in (
                "invoices", "invoice_lines", "invoice_taxes", "invoice_moves", "invoice_numbers",
                "credit_notes", "credit_note_lines", "credit_note_taxes", "closed_periods",
            )
        }  # fmt: skip
