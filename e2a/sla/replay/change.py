"""A changed policy as it would have stood: pure, from two texts to what history is judged by."""

from collections.abc import Iterator
from datetime import datetime

from e2a.domain.policies import Policies, RateCardText, SlaPolicyText, instant_of


def as_if_in_force(present: Policies, changed: Policies, since: datetime) -> Policies:
    """The changed policies with their new entries and rate cards in force from `since` on.

    A new version is mostly valid from tomorrow; asked what it would have done, it takes the place
    of the versions that it follows. What is in the present text too stays as it is.
    """
    zone = next(iter(changed.tenant.sites.values())).zone
    new = {
        _slot(entry): entry
        for entry in sorted(changed.sla, key=lambda entry: instant_of(entry.valid_from, zone))
        if entry not in present.sla
    }
    entries = tuple(_entries(changed, new, since, zone))
    cards = tuple(_cards(present, changed, since))
    return changed.model_copy(update={"sla": entries, "rates": cards})


def _cards(present: Policies, changed: Policies, since: datetime) -> Iterator[RateCardText]:
    zone = changed.tenant.billing_zone
    new = [card for card in changed.rates if card not in present.rates]
    successor = max(new, key=lambda card: instant_of(card.valid_from, zone), default=None)
    for card in changed.rates:
        begins = instant_of(card.valid_from, zone)
        if successor is None or begins < since or begins > instant_of(successor.valid_from, zone):
            yield card
        elif card is successor:
            yield card.model_copy(update={"valid_from": min(begins, since)})


def _entries(
    changed: Policies, new: dict[object, SlaPolicyText], since: datetime, zone: str
) -> Iterator[SlaPolicyText]:
    for entry in changed.sla:
        successor = new.get(_slot(entry))
        begins = instant_of(entry.valid_from, zone)
        if entry is successor:
            yield entry.model_copy(update={"valid_from": min(begins, since)})
        elif successor is None or begins < since or begins > instant_of(successor.valid_from, zone):
            yield entry


def renamed(policies: Policies, tenant: str) -> Policies:
    """The same promises and prices for a tenant of another name."""
    text = policies.tenant.model_copy(update={"tenant": tenant})
    return policies.model_copy(update={"tenant": text})


def _slot(entry: SlaPolicyText) -> object:
    """What versions of one policy share."""
    return entry.precedence, entry.site, entry.service_level, entry.channel
