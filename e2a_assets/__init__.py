"""The journey as Dagster assets, thin: read, call the product, write, report.

    reference/policies ─┐
    landing/*_events ───┴─> staging -> orders -> sla ─────> sla/narratives
                                            └─> billing ──> drafts, billed -> findings -> adjustments

`definitions.py` assembles everything; nothing else does.
"""
