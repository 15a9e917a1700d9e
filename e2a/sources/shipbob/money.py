"""Topics `billing.*`: what ShipBob charges, refunds and credits, to the last digit."""

from decimal import Decimal
from typing import Any

from e2a.domain.deliveries import Events, NothingToDo
from e2a.domain.events import Charge, EventType, Reference
from e2a.sources.reading import CodeText, Identifier, Loose
from e2a.sources.shipbob.message import Message, Reader
from e2a.sources.shipbob.shapes import NAMESPACE
from e2a.sources.typed.shape import Amount

_BACK = frozenset({"refund", "credit"})


class _Tax(Loose):
    tax_type: str | None = None
    tax_rate: Amount | None = None
    tax_amount: Amount | None = None


class _Transaction(Loose):
    transaction_id: Identifier
    transaction_type: str = "Charge"
    transaction_fee: CodeText
    amount: Amount
    currency_code: str
    charge_date: str | None = None
    reference_type: str = ""
    reference_id: Identifier | None = None
    invoice_id: Identifier | None = None
    taxes: tuple[_Tax, ...] = ()


def charged(message: Message) -> Events | NothingToDo:
    """A charge of the shipment, order or return that it refers to; money back is negative."""
    found = _Transaction.model_validate(message.body)
    back = found.transaction_type.lower() in _BACK
    charge = Charge(
        code=found.transaction_fee,
        amount=-abs(found.amount) if back else found.amount,
        currency=found.currency_code.upper(),
    )
    event = message.event(
        EventType.CHARGE_RECORDED,
        message.when(found.charge_date, "charge_date"),
        "transaction", found.transaction_id,
        charge=charge,
        **_about(found),
        attributes=_attributes(found),
    )  # fmt: skip
    return Events((event,))


def _about(found: _Transaction) -> dict[str, Any]:
    kind, name = found.reference_type.lower(), found.reference_id or found.transaction_id
    if kind == "shipment":
        return {"shipment": Reference(namespace=NAMESPACE, value=name)}
    if kind in ("wro", "receiving", "receivingorder"):
        return {"order": Reference(namespace="receipt", value=name)}
    return {
        "order": Reference(namespace=NAMESPACE, value=name if kind == "order" else f"{kind}:{name}")
    }


def _attributes(found: _Transaction) -> dict[str, Any]:
    """Tax stays as ShipBob rounded it: a guard holds it against rate and amount."""
    taxes = [
        {"type": tax.tax_type, "rate": _text(tax.tax_rate), "amount": _text(tax.tax_amount)}
        for tax in found.taxes
    ]
    known = {"transaction_type": found.transaction_type, "invoice_id": found.invoice_id}
    return {name: value for name, value in {**known, "taxes": taxes}.items() if value}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


READERS: dict[str, Reader] = {
    "billing.charge.created": charged,
    "billing.refund.created": charged,
    "billing.credit.created": charged,
}
