"""The rules of the policy lint: an id is given once and never again means something else.

To add a rule, write its check in the module of its family and list it here; docs/policy-lint.md is
held against this list by a test.
"""

from e2a.domain.lint import (
    calendars,
    cards,
    changes,
    cover,
    credits,
    facts,
    references,
    selection,
    stages,
    text,
    thresholds,
    units,
    zones,
)
from e2a.domain.lint.findings import Rule, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

RULES = (
    Rule("L01", "Not plain YAML", ERROR, text.unparsable),
    Rule("L02", "Unknown key or wrong type", ERROR, text.against_schema),
    Rule("L03", "Unit missing or mixed", ERROR, units.units_missing_or_mixed),
    Rule("L04", "Absurd threshold", ERROR, thresholds.absurd_thresholds),
    Rule("L05", "At-risk ladder not ascending", ERROR, thresholds.unordered_ladder),
    Rule("L06", "Overlapping credit bands", ERROR, credits.bands_overlap),
    Rule("L07", "Gap in credit bands", WARNING, credits.bands_have_gaps),
    Rule("L08", "Shadowed policy", ERROR, selection.shadowed),
    Rule("L09", "Duplicate policy", ERROR, selection.duplicated),
    Rule("L10", "Same condition, different result", ERROR, selection.contradicting),
    Rule("L11", "No default policy", WARNING, selection.no_default),
    Rule("L12", "Stage order broken or stage missing", ERROR, stages.stages_broken),
    Rule("L13", "Unknown reference", ERROR, references.unknown_references),
    Rule("L14", "Ranges overlap or leave holes", WARNING, selection.ranges),
    Rule("L15", "Zone unknown or clock change", ERROR, zones.zones_and_clock_changes),
    Rule("L16", "Holiday calendar runs out", ERROR, calendars.holidays_run_out),
    Rule("L17", "Hours empty or reversed", ERROR, calendars.hours_empty_or_reversed),
    Rule("L18", "Currency, rounding or tier bounds unclear", ERROR, cards.money_unclear),
    Rule("L19", "Charge not reproducible from events", ERROR, facts.not_from_facts),
    Rule("L20", "Tier cliff", WARNING, cards.tier_cliff),
    Rule("L21", "Penalty uncapped", ERROR, credits.penalty_unbounded),
    Rule("L22", "Threshold outside (0, 1]", ERROR, thresholds.level_outside_range),
    Rule("L23", "Loosened", WARNING, changes.loosened),
    Rule("L24", "Prices in force changed", WARNING, cards.repriced),
    Rule("L25", "Policy without a test", INFO, cover.untested),
)
"""In the order of their ids; `severity` is the most that a rule says."""
