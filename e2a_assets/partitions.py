"""The clocks of the journey: days of receipt.

A day is a label and a unit of backfill, never a filter of a micro-batch: what lies beyond the
watermark is read whatever its day. Billing months join them when invoices are cut by month.
"""

import dagster as dg

RECEIPT_DAYS = dg.DailyPartitionsDefinition(start_date="2020-01-01", timezone="UTC", end_offset=1)
"""UTC days on which deliveries were received; `end_offset` so that today is among them."""
