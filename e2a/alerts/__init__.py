"""Alerts: who was promised to hear of a breach hears of it, once, and hears when it is over.

    step ──> outbox ──> deliverer ──> Slack, webhook, e-mail
             (same transaction)       (`claiming`, `roads`, `recording`)

`outbox` writes what is to be said, `residing` sends it. Routes are `alerts.yaml` of a tenant
(`e2a.domain.policies.alerts`), what is said when is `e2a.domain.alerts`. Add a road in `roads`.
"""
