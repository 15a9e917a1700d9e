"""Properties of invoices: lines add up, credits stay within, corrections converge."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2a.domain.errors import RefusedError
from e2a.domain.invoicing import (
    Creditable,
    LineLeft,
    Money,
    TaxBase,
    TaxLeft,
    credit_note,
    late_amounts,
    rest_of,
    spread,
    target_month,
    taxes,
)
from tests.billing.invoices.clerk import Clerk
from tests.billing.pricing.conftest import merchant  # noqa: F401 - a fixture
from tests.billing.pricing.merchant import card, plain

CODES = {"full": Decimal("20"), "low": Decimal("5.5"), "odd": Decimal("8.875"), "none": Decimal(0)}
ZERO = Decimal(0)


def cents(low, high):
    return st.integers(low, high).map(lambda n: Decimal(n).scaleb(-2))


lines_of_an_invoice = st.lists(
    st.tuples(cents(-5000, 30000), st.sampled_from([None, *CODES])), min_size=1, max_size=8
)


@dataclass(frozen=True)
class Totals:
    """What an invoice comes to."""

    pre_tax: Decimal
    taxes: tuple

    @property
    def tax(self):
        return sum((tax.amount for tax in self.taxes), ZERO)

    @property
    def total(self):
        return self.pre_tax + self.tax


def add_up(lines):
    """Totals of an invoice from its lines, given as (rounded amount, tax code)."""
    sums = {}
    for amount, code in lines:
        if code is not None:
            sums[code] = sums.get(code, ZERO) + amount
    found = taxes((TaxBase(code, CODES[code], base) for code, base in sums.items()), Money())
    return Totals(sum((amount for amount, _ in lines), ZERO), found)


def invoice_of(lines):
    """The stored invoice as the first credit note finds it."""
    totals = add_up(lines)
    return totals, Creditable(
        {
            n: LineLeft(amount, amount, (code, CODES[code]) if code else None)
            for n, (amount, code) in enumerate(lines, 1)
        },
        {(tax.tax_code, tax.percent): TaxLeft(tax.amount, tax.amount) for tax in totals.taxes},
        totals.pre_tax,
    )


def after(invoice, note):
    """What is left once a note is written."""
    lines = {
        n: LineLeft(line.amount, line.left - note.lines.get(n, ZERO), line.tax)
        for n, line in invoice.lines.items()
    }
    credited = {(tax.tax_code, tax.percent): tax.amount for tax in note.taxes}
    left = {
        key: TaxLeft(tax.amount, tax.left - credited.get(key, ZERO))
        for key, tax in invoice.taxes.items()
    }
    return Creditable(lines, left, invoice.pre_tax_left - note.pre_tax)


@given(lines_of_an_invoice)
def test_lines_and_taxes_are_the_invoice_and_each_tax_is_rounded_once(lines):
    totals = add_up(lines)
    assert totals.total == sum(amount for amount, _ in lines) + sum(t.amount for t in totals.taxes)
    for tax in totals.taxes:
        base = sum((amount for amount, code in lines if code == tax.tax_code), ZERO)
        assert tax.base == max(base, ZERO)
        exact = (tax.base * tax.percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert tax.amount == exact


@given(lines_of_an_invoice, st.randoms())
def test_the_order_of_lines_makes_no_difference_to_the_invoice(lines, chance):
    shuffled = list(lines)
    chance.shuffle(shuffled)
    assert add_up(shuffled) == add_up(lines)


@settings(max_examples=400)
@given(
    lines_of_an_invoice, st.lists(st.tuples(st.integers(1, 8), st.integers(1, 100)), max_size=12)
)
def test_credits_never_exceed_the_invoice_and_exhaust_it_exactly(lines, tries):
    """Any parts of any lines, in any order, then the rest: the sum is the invoice, to the cent."""
    totals, invoice = invoice_of(lines)
    credited, tax, exhausted = ZERO, ZERO, False
    for number, percent in tries:
        line = invoice.lines.get(number)
        if line is None or exhausted:
            continue
        part = (line.left * percent / 100).quantize(Decimal("0.01"))
        try:
            note = credit_note(invoice, {number: part})
        except RefusedError:
            continue
        assert note.total > 0
        credited, tax, exhausted = credited + note.total, tax + note.tax, note.exhausts
        invoice = after(invoice, note)
        assert credited <= totals.total
        assert ZERO <= tax <= totals.tax
    if totals.total > credited:
        note = credit_note(invoice, rest_of(invoice))
        assert note.exhausts
        credited += note.total
        assert credited == totals.total


@given(lines_of_an_invoice, cents(1, 100000))
def test_an_amount_is_spread_to_the_cent_and_within_every_line(lines, amount):
    _, invoice = invoice_of(lines)
    try:
        parts = spread(invoice, amount)
    except RefusedError:
        assert amount > min(invoice.pre_tax_left, sum((a for a, _ in lines if a > 0), ZERO))
        return
    assert sum(parts.values()) == amount
    assert all(ZERO < part <= invoice.lines[n].left for n, part in parts.items())


@given(st.integers(0, 4), cents(-100000, 100000), st.sampled_from(["half_up", "half_even"]))
def test_money_is_rounded_to_the_nearest_coin(exponent, amount, rounding):
    rounded = Money(exponent, rounding).round(amount)
    assert abs(rounded - amount) * 2 <= Decimal(1).scaleb(-exponent)
    assert Money(exponent, rounding).round(rounded) == rounded
    assert Money(exponent, rounding).round(-amount) == -rounded


def test_a_tie_goes_away_from_zero_half_up_and_to_the_even_coin_half_even():
    up, even = Money(2, "half_up"), Money(2, "half_even")
    assert [str(up.round(Decimal(n))) for n in ("4.625", "-4.625")] == ["4.63", "-4.63"]
    assert [str(even.round(Decimal(n))) for n in ("4.625", "4.635")] == ["4.62", "4.64"]
    base = TaxBase("full", Decimal("9"), Decimal("11.31"))
    assert [str(tax.amount) for tax in taxes([base], up)] == ["1.02"]


amounts = st.dictionaries(st.sampled_from([None, *CODES]), cents(-10000, 10000))


@given(amounts, amounts)
def test_what_is_billed_late_settles_the_month_and_nothing_is_left(expected, billed):
    late = late_amounts(expected, billed)
    then = {code: billed.get(code, ZERO) + late.get(code, ZERO) for code in {**billed, **late}}
    assert late_amounts(expected, then) == {}


months = st.integers(1, 36).map(lambda n: date(2024 + (n - 1) // 12, (n - 1) % 12 + 1, 1))


@given(months, st.sets(months), st.sets(months), months)
def test_a_correction_goes_to_a_later_month_that_is_open(original, opened, closed, current):
    opened, closed = opened - closed, closed | {original}
    target = target_month(original, opened, closed, current)
    assert target > original
    assert target not in closed
    assert all(month >= target for month in opened if month > original)


# Over the real engine: months that are finalised one after the other while work, late work and
# voids come in at random. Prices have tiers, a minimum and a tax, so a correction is no product.
_numbers = count(1)
RATES = card(
    """
work: { operation: vas, code: kitting, model: graduated, tax: vat, tiers: [
    { up_to: 10, price: 2.45 }, { up_to: 25, price: 1.115 }, { price: 0.345 } ] }
""",
    more="  taxes: { vat: 19 }\n  minimum: { amount: 30.00 }\n",
)
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")

happening = st.one_of(
    st.tuples(st.just("work"), st.integers(0, 2), st.integers(1, 20)),
    st.tuples(st.just("void"), st.integers(0, 30), st.just(0)),
)


@pytest.fixture
def make_clerk(merchant, built):  # noqa: F811
    return lambda: Clerk(merchant(RATES, active_from="2026-01-01"), built)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(happening, max_size=5), min_size=3, max_size=3))
def test_invoices_and_their_corrections_are_one_clean_derivation(make_clerk, story):
    """In each month's turn things happen to it and to those before; then it is finalised."""
    acme = make_clerk()
    events = []
    for turn, happened in enumerate(story):
        known = f"{MONTHS[turn]}-20 12:00"
        for what, which, quantity in [("work", 0, 3), *happened]:
            if what == "work":
                month = MONTHS[max(0, turn - which)]
                events.append(f"w{next(_numbers)}")
                acme.merchant.work(
                    "kitting", quantity, f"{month}-10 09:00", events[-1], recorded=known,
                    id=events[-1],
                )  # fmt: skip
            elif events:
                wrong = events.pop(which % len(events))
                acme.merchant.did(
                    "event_voided", f"{MONTHS[turn]}-19 09:00", wrong, corrects=[wrong],
                    recorded=known,
                )  # fmt: skip
        acme.merchant.derive()
        acme.draft(known)
        before = acme.everything()
        acme.draft(known)
        assert acme.everything() == before
        acme.finalise(MONTHS[turn], f"{MONTHS[turn + 1]}-02 09:00")
    acme.draft("2026-04-03 09:00")
    assert settled(acme) == expected(acme)


def settled(acme):
    """Pre-tax by the month that it is for, over all invoices and corrections."""
    found = acme.rows(
        "select to_char(coalesce(l.original_period, i.billing_period), 'YYYY-MM'), sum(l.amount) "
        "from billing.invoice_lines as l inner join billing.invoices as i "
        "using (tenant_id, invoice_id) where l.tenant_id = %s group by 1 having sum(l.amount) <> 0 "
        "order by 1",
        acme.tenant,
    )
    return [(month, plain(amount)) for month, amount in found]


def expected(acme):
    found = acme.rows(
        "select to_char(billing_period, 'YYYY-MM'), sum(amount) "
        "from billing.expected_invoice_lines where tenant_id = %s group by 1 "
        "having sum(amount) <> 0 order by 1",
        acme.tenant,
    )
    return [(month, plain(amount)) for month, amount in found]
