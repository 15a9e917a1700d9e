"""A model's words about breaches, beside the rules' and never instead of their facts.

    sla.unnarrated ──> claim ──> facts ──> Narrator.ask ──> keep ──> sla.model_narratives
                                                              note ──> approve | edit | reject

`running` is a pass, `residing` the process that stays; `deciding` is what people do about notes to
customers, `acceptance` how often they like them; `auditing` judges every accepted row again. What
may be said is decided by `e2a.domain.analysis`, what is asked and paid by `e2a.analyst`.
"""
