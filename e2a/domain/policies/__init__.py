"""What an operator writes in `policies/`, as types: tenants, calendars, SLA policies, rate cards.

Add a field here when a promise or a price needs one, with its unit in the name, and describe it in
docs/policies.md. Reading text belongs to `e2a.domain.policy_text`, storing versions to
`e2a.warehouse.reference`.
"""

from e2a.domain.policies.alerts import AlertsText
from e2a.domain.policies.base import Milestone, Party, PolicyModel, Stage, instant_of
from e2a.domain.policies.charges import ChargeText
from e2a.domain.policies.folder import Policies
from e2a.domain.policies.rates import FxText, LimitsText, RateCardText
from e2a.domain.policies.sla import HoldText, Promise, SlaPolicyText, StageText
from e2a.domain.policies.tenant import (
    CalendarText,
    HolidaysText,
    SiteText,
    TenantText,
    WindowText,
)

__all__ = [
    "AlertsText",
    "CalendarText",
    "ChargeText",
    "FxText",
    "HoldText",
    "HolidaysText",
    "LimitsText",
    "Milestone",
    "Party",
    "Policies",
    "PolicyModel",
    "Promise",
    "RateCardText",
    "SiteText",
    "SlaPolicyText",
    "Stage",
    "StageText",
    "TenantText",
    "WindowText",
    "instant_of",
]
