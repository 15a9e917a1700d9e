"""A merchant whose invoices another system bills: what is imported, found and decided."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from e2a.billing import guard
from e2a.billing.imports.storing import ImportedInvoice, ImportedLine, store_import
from tests.billing.pricing.merchant import Merchant, plain

D = Decimal
NOW = datetime(2026, 4, 2, 9, tzinfo=UTC)
_seqs = count(1)

P15_CARD = """
- valid_from: 2026-01-01
  currency: USD
  limits: { per_finding: 50.00, total: 100.00, total_percent: 100 }
  charges:
    pick_first: { operation: vas, code: first, model: per_unit, price: 2.50 }
    pick_additional: { operation: vas, code: additional, model: per_unit, price: 0.50 }
    pack: { operation: vas, code: pack, model: per_unit, price: 1.00 }
    storage: { operation: vas, code: pallet_day, model: per_unit, price: 0.75 }
    returns: { operation: vas, code: return, model: per_unit, price: 3.50 }
"""
P15_WORK = {"first": 120, "additional": 80, "pack": 120, "pallet_day": 310, "return": 6}
P15_BILLED = (
    ("pick_first", 120, "2.50"), ("pick_additional", 80, "0.55"), ("pack", 120, "1.00"),
    ("pack", 120, "1.00"), ("storage", 310, "0.75"),
)  # fmt: skip


def billed(charge, quantity, price=None, amount=None, **more):
    """A line as billed; its amount is quantity x price unless said."""
    unit = None if price is None else D(price)
    total = D(amount) if amount is not None else D(quantity) * (unit or 0)
    return ImportedLine(charge, D(quantity), total, unit, **more)


class Audited(Merchant):
    """Bills, audits and decides; amounts and keys as a person reads them."""

    now = NOW

    def bill(self, *lines, number="INV-1", month="2026-03", currency="USD", seq=None, **more):
        """An invoice arrives; lines are (charge, quantity, price) or `billed(...)`."""
        said = tuple(line if isinstance(line, ImportedLine) else billed(*line) for line in lines)
        period = datetime.fromisoformat(f"{month}-01").date()
        invoice = ImportedInvoice(self.tenant, number, period, currency, said, **more)
        body = repr(invoice).encode()
        return store_import(self.connection, invoice, seq or next(_seqs), body)

    def audit(self, **given):
        """Validate and propose an hour later; how many rows changed in both."""
        self.derive()
        self.now += timedelta(hours=1)
        one = guard.validate(self.connection, self.now, self.tenant)
        two = guard.propose(self.connection, self.now, self.tenant, **given)
        return one.changed, two.changed

    def decide(self, what, part, by="manager", **more):
        self.now += timedelta(hours=1)
        return what(self.connection, self.tenant, part, by=by, now=self.now, **more)

    def found(self, where="standing <> 'closed'"):
        """(rule, charge, discrepancy, how its last adjustment stands) of the findings."""
        return [
            (rule, charge, plain(discrepancy), status)
            for rule, charge, discrepancy, status in self.rows(
                "select f.rule, f.charge_code, f.discrepancy, (select a.status "
                "from billing.adjustments as a where a.tenant_id = f.tenant_id "
                "and a.finding_key = f.finding_key order by a.step desc limit 1) "
                f"from billing.findings as f where f.tenant_id = %s and {where} "
                "order by f.finding_key",
                self.tenant,
            )
        ]

    def invoice(self, number="billed/INV-1"):
        """(pre-tax, tax, total) of an invoice."""
        (row,) = self.rows(
            "select pre_tax, tax, total from billing.invoices "
            "where tenant_id = %s and invoice_id = %s",
            self.tenant, number,
        )  # fmt: skip
        return tuple(plain(amount) for amount in row)

    def blocked(self):
        """Rules of the findings that block finalisation."""
        return [
            rule for (rule,) in self.rows(
                "select split_part(finding_key, '|', 2) from billing.blocking_findings "
                "where tenant_id = %s order by finding_key",
                self.tenant,
            )
        ]  # fmt: skip

    def trail(self, part):
        """(from, to, who) of the moves of an adjustment."""
        return self.rows(
            "select from_status, to_status, by_person from billing.adjustment_moves "
            "where tenant_id = %s and strpos(finding_key, %s) > 0 order by move_no",
            self.tenant, part,
        )  # fmt: skip

    def everything(self):
        """All that the guard keeps of this tenant, whole."""
        return {
            table: self.rows(
                f"select t::text from billing.{table} as t where tenant_id = %s order by 1",
                self.tenant,
            )
            for table in (
                "invoices", "invoice_lines", "findings", "adjustments", "adjustment_moves",
                "rules", "rule_moves",
            )
        }  # fmt: skip

    def p15(self):
        """The work and the invoice of P15."""
        for code, quantity in P15_WORK.items():
            self.work(code, quantity)
        self.bill(*P15_BILLED)
