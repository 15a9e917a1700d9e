"""What assets with a model's words say: why rules wrote, and whether all is proven."""

from collections.abc import Mapping

import dagster as dg

from e2a.domain.analysis.audit import Audit


def reasons(by_rules: Mapping[str, int]) -> str:
    """Why the rules' words stand, with how often, in one line."""
    return ", ".join(f"{count} {reason}" for reason, count in sorted(by_rules.items())) or "none"


def audited(found: Audit) -> dg.AssetCheckResult:
    """Passed if no accepted row has a fault."""
    return dg.AssetCheckResult(
        passed=not found.faults,
        metadata={
            "judged": found.judged,
            "faults": len(found.faults),
            "first": found.faults[0] if found.faults else "none",
        },
    )
