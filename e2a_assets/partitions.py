"""The clocks of the journey: days of receipt, and billing months.

A day is a label and a unit of backfill, never a filter of a micro-batch: what lies beyond the
watermark is read whatever its day. A month is what an invoice bills, in each tenant's own zone.
"""

import dagster as dg

RECEIPT_DAYS = dg.DailyPartitionsDefinition(start_date="2020-01-01", timezone="UTC", end_offset=1)
"""UTC days on which deliveries were received; `end_offset` so that today is among them."""

BILLING_MONTHS = dg.MonthlyPartitionsDefinition(
    start_date="2015-01", fmt="%Y-%m", timezone="UTC", end_offset=1
)
"""Billing months; `end_offset` so that the one that runs is among them."""

READ_TAG = "e2a/read"
ONLY_NEW = "new"
"""Tag of a run that looks at what is new, whatever its day, rather than at its partitions."""
