"""A merchant with a rate card written in a test: what happens to it, and the lines that follow."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from e2a.domain.deliveries import Source
from e2a.domain.policy_text import read_yaml
from e2a.warehouse.scope import refresh
from tests.properties.engine import Fact, name, promise, put

_numbers = count(1)
_events = count(1)

SLA = "[ { valid_from: 2020-01-01, stages: { ship: { from: received, within_minutes: 60 } } } ]"
LINE = "charge_code, quantity, amount"


def at(text: str) -> datetime:
    """`2026-03-02 09:00`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Merchant:
    """One tenant of a test; `rates` is the text of its rates.yaml, `fx` that of its fx.yaml."""

    def __init__(self, connection, rates, *, fx="[]", zone="UTC", sla=SLA, **tenant):
        self.connection = connection
        self.tenant = f"rates-{next(_numbers)}"
        self.zone, self.sla, self.more = zone, sla, tenant
        self.load(rates, fx)

    def load(self, rates, fx="[]", **more):
        """The policies as they are from now on."""
        tenant = {
            "tenant": self.tenant, "name": "A merchant", "billing_zone": self.zone,
            "sites": {"S1": {"zone": self.zone, "calendar": "always"}},
            "calendars": {"always": {"open": "always"}},
        }  # fmt: skip
        documents = {
            "tenant": tenant | self.more | more,
            "sla": read_yaml("sla", self.sla),
            "rates": read_yaml("rates", rates),
            "fx": read_yaml("fx", fx),
        }
        with self.connection.transaction():
            promise(self.connection, [(self.tenant, documents)], date(2026, 1, 1), date(2027, 1, 1))

    def fact(self, type, when="2026-03-02 09:00", order="o1", *, recorded=None, id=None, **more):
        """One event of an order, recorded when it happened unless said otherwise."""
        units, source = more.pop("units", None), more.pop("source", "wms")
        if units is not None:
            more["lines"] = [{"line": "1", "quantity": units}]
        if "shipment" in more:
            more["shipment"] = name(f"parcel:{more['shipment']}")
        space = {"receipt_completed": "receipt", "stock_counted": "stock"}.get(type, "wms")
        event = {
            "source_event_id": id or f"e{next(_events)}", "event_type": type,
            "occurred_at": at(when), "order": name(f"{space}:{order}"), **more,
        }  # fmt: skip
        said = {k: str(v) for k, v in event.items()}
        return Fact(self.tenant, Source(source), at(recorded or when), {**event, "fragment": said})

    def did(self, type, when="2026-03-02 09:00", order="o1", **more):
        """One event, through store and models."""
        self.put(self.fact(type, when, order, **more))

    def work(self, code, quantity, when="2026-03-02 09:00", order="o1", **more):
        """Value-added work: the plainest way to a quantity."""
        self.did("vas_performed", when, order, code=code, quantity=str(quantity), **more)

    def counted(self, quantity, when="2026-03-02 20:00", unit="pallet", site="S1"):
        """A count of the stock."""
        self.did(
            "stock_counted", when, f"{site}-{unit}-{when[:10]}-{next(_events)}", site=site,
            quantity=str(quantity), attributes={"unit": unit},
        )  # fmt: skip

    def put(self, *facts):
        with self.connection.transaction():
            put(self.connection, facts)

    def touch(self, month):
        """Have a month derived in which nothing was done."""
        with self.connection.transaction():
            self.connection.execute(
                "insert into ops.touched_periods (tenant_id, billing_period) values (%s, %s)",
                (self.tenant, f"{month}-01"),
            )

    def rows(self, query, *arguments):
        with self.connection.transaction():
            return self.connection.execute(query, arguments).fetchall()

    def derive(self):
        refresh(self.connection)
        with self.connection.transaction():
            self.connection.execute("select ops.refresh_expected_invoice_lines()")

    def lines(self, month="2026-03", columns=LINE, where="true"):
        """The month's lines, derived anew, in the order of their keys."""
        self.derive()
        return self.rows(
            f"select {columns} from billing.expected_invoice_lines "
            f"where tenant_id = %s and billing_period = %s and {where} order by line_key",
            self.tenant, f"{month}-01",
        )  # fmt: skip

    def amounts(self, month="2026-03"):
        """{charge code: amount} of a month in which every charge has one line."""
        found = self.lines(month, "charge_code, amount")
        assert len(found) == len(dict(found))
        return {charge: plain(amount) for charge, amount in found}

    def total(self, month="2026-03"):
        return sum((amount for (amount,) in self.lines(month, "amount")), Decimal(0))

    def standings(self):
        """{source event id: why it is not billed, or billed}."""
        self.derive()
        return dict(
            self.rows(
                "select source_event_id, coalesce(standing_reason, standing) "
                "from billing.billable_operations where tenant_id = %s",
                self.tenant,
            )
        )


def plain(amount):
    """As money is written, without the zeros of storage."""
    return f"{amount.normalize():f}"


def card(charges, *, since="2026-01-01", more=""):
    """One rate card in dollars with these charges and whatever else it says."""
    return (
        f"- valid_from: {since}\n  currency: USD\n  rounding: half_up\n"
        f"  limits: {{ per_finding: 50, total: 100, total_percent: 10 }}\n{more}"
        f"  charges:\n" + "".join(f"    {line}\n" for line in charges.strip().splitlines())
    )
