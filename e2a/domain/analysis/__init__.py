"""What a model may say, and the code that decides whether it said no more than that.

    facts               typed facts by id: what a text may state, and to whom
    slots               `[[id]]` in a model's text becomes a figure that code wrote
    narrative_contract  the answer about a breach; rationale_contract, review_contract: the others
    checks/             one file a check; each yields violations
    judging             an answer through every check; confidence and acceptance
    notes               hostile order notes, known-value scrub, redaction for logs
    answers/            from a provider's bytes to one JSON object

Pure: no network, no database, no clock. Asking a model belongs to `e2a.analyst`, storing what it
said to `e2a.sla.narration` and `e2a.billing.guard`.
"""
