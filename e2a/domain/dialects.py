"""In which format a delivery is written, where its road alone does not tell: a header says it.

Add a word when a sender or a file speaks a format that none of these names. Parsers of events
belong to `e2a.sources`, readers of invoices to `e2a.billing.imports`.
"""

DIALECT_HEADER = "e2a-dialect"

EVENTS = "events"
BILLED_INVOICE = "billed-invoice"
FREIGHT_INVOICE = "x12-210"
LOAD_TENDER = "x12-204"

FOR_THE_GUARD = {
    BILLED_INVOICE: "billed_invoice",
    FREIGHT_INVOICE: "freight_invoice",
    LOAD_TENDER: "load_tender",
}
"""Dialects without events, and the reason with which their inbox rows end (nothing to do)."""

SHIPENGINE = "shipengine"
SHIPPO = "shippo"
SENDCLOUD = "sendcloud"
SHIPBOB = "shipbob"
SHIPHERO = "shiphero"
AMAZON = "amazon"
EPCIS = "epcis"
X12 = "x12"

BAD_ROW = "bad-row"
"""A row of a bulk file that could not be read as one: kept, for a person to decide about."""

TIME_ZONE_HEADER = "e2a-time-zone"
"""The IANA zone of times that the sender writes without offset, where he is known to use one."""

ORDER_NAMESPACE_HEADER = "e2a-order-namespace"
"""In which namespace the sender's own order numbers are names, such as `shopify`; his credential
states it, since his messages do not."""
