"""L18, L20, L24: rate cards that leave open what an amount is, or that surprise.

Charges that no event can prove are in `facts`, SLA credits in `credits`.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject

WHOLE_QUANTITY = ("volume", "order_volume")
"""Models that price the whole quantity at the tier that it reaches."""


def money_unclear(subject: Subject) -> Iterator[Remark]:
    """A card states its currency and rounding, and every quantity has exactly one tier (B3, B4).

    An inner tier without `up_to`, a bound that does not grow, or a last tier that ends would price
    some quantities twice or not at all. A currency changes with a month, because an invoice has
    only one (B9).
    """
    for card in subject.cards:
        if not card["currency"]:
            yield Remark(card, "the card does not state its currency", "Add `currency: USD`")
        if not card["rounding"]:
            yield Remark(
                card,
                "the card does not state how it rounds; half_up is taken",
                "Add `rounding: half_up`",
                Severity.WARNING,
            )
        for charge in card["charges"]:
            yield from _bounds(list(charge["tiers"]))
    yield from _two_currencies(subject)


def _bounds(tiers: list[Node]) -> Iterator[Remark]:
    for tier in tiers[:-1]:
        if not tier["up_to"]:
            yield Remark(
                tier, "the tier has no end, so those after it begin nowhere", "Add its `up_to`"
            )
    if tiers and tiers[-1]["up_to"]:
        last = tiers[-1]["up_to"]
        yield Remark(
            last, f"quantities above {last.scalar} have no price", "Leave the last `up_to` out"
        )
    for below, above in pairwise(tiers):
        was, now = below["up_to"].number, above["up_to"].number
        if was is not None and now is not None and now <= was:
            yield Remark(
                above["up_to"],
                f"the tier ends at {now}, but the one before it goes up to {was}, inclusive",
                "Let `up_to` grow from tier to tier",
            )


def _two_currencies(subject: Subject) -> Iterator[Remark]:
    cards = [card for card in subject.cards if _begins(card)]
    for early, late in pairwise(sorted(cards, key=lambda card: _begins(card) or date.max)):
        was, now, begins = early["currency"].text, late["currency"].text, late["valid_from"].scalar
        if was and now and was != now and not _is_first_of_month(begins):
            yield Remark(
                late["currency"],
                f"the month of {_begins(late):%B %Y} would be billed in {was} and in {now}",
                "Let the new currency begin with a month",
            )


def _begins(card: Node) -> date | None:
    written = card["valid_from"].scalar
    if isinstance(written, datetime):
        return written.date()
    return written if isinstance(written, date) else None


def _is_first_of_month(written: object) -> bool:
    if isinstance(written, datetime):
        midnight = (written.hour, written.minute, written.second, written.microsecond) == (0,) * 4
        return written.tzinfo is None and written.day == 1 and midnight
    return isinstance(written, date) and written.day == 1


def tier_cliff(subject: Subject) -> Iterator[Remark]:
    """Where the whole quantity takes the price of its tier, one unit more should not cost less.

    With `volume` 1-1000 at 2.40 and 2.10 above, 1001 units cost 297.90 less than 1000: a merchant
    ships one unit more for a discount. `graduated` has no such cliff.
    """
    for card in subject.cards:
        for charge in card["charges"]:
            if charge["model"].scalar in WHOLE_QUANTITY:
                for below, above in pairwise(charge["tiers"]):
                    yield from _cliff(below, above)


def _cliff(below: Node, above: Node) -> Iterator[Remark]:
    bound, was, now = below["up_to"].number, below["price"].number, above["price"].number
    if bound is None or was is None or now is None or bound <= 0:
        return
    fee_was, fee_now = (tier["flat"].number or Decimal(0) for tier in (below, above))
    saved = (bound * was + fee_was) - (bound * now + fee_now)
    if saved > 0:
        yield Remark(
            above["price"],
            f"a quantity just above {bound} costs {_plain(saved)} less than {bound} itself, "
            f"before the unit more",
            "Use `graduated`, or accept the cliff knowingly",
            Severity.WARNING,
        )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def repriced(subject: Subject) -> Iterator[Remark]:
    """Prices in force should change by a new card, not by an edit of the old one (B2, B7).

    Compared with the files of `--against`: a card that is in force already and says something else
    now prices all its months anew, and finalised ones get prior-period lines. What an edit comes
    to is answered by `e2a policy simulate`, which replays history.
    """
    if subject.former is None:
        return
    now = {card["valid_from"].scalar: card for card in subject.cards}
    for card in subject.former.cards:
        begins, written = _begins(card), card["valid_from"].scalar
        if begins is None or begins > subject.today or not subject.files.get("rates"):
            continue
        changed = now.get(written)
        if changed is None:
            yield Remark(
                subject.rates,
                f"the card in force since {begins} is gone",
                "Keep it and append a card with a later valid_from",
            )
        elif changed.plain() != card.plain():
            yield Remark(
                changed,
                f"the card in force since {begins} says something else than before",
                "Append a card with a later valid_from, or ask `e2a policy simulate` first",
            )


def same_beginning(subject: Subject) -> Iterator[Remark]:
    """Two cards that begin at one instant: neither could win (B2)."""
    seen: dict[object, Node] = {}
    for card in subject.cards:
        begins = card["valid_from"].scalar
        if begins is not None and begins in seen:
            line = seen[begins].mark.line
            yield Remark(
                card["valid_from"],
                f"the card of line {line} begins at {begins} too",
                "Give one of them another valid_from, or remove it",
            )
        seen.setdefault(begins, card)
