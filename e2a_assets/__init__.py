"""The journey as Dagster assets, thin: read, call the product, write, report.

    reference/policies ─┐
    landing/*_events ───┴─> staging -> orders -> sla ─────> narratives
                                            └─> billing ──> drafts, findings, adjustments

`definitions.py` assembles everything; nothing else does.
"""
