"""Asking a model within budget: one entry point, `narrator.Narrator.ask`, whatever comes back.

Prompts, the provider's wire, the ledger of calls and money, breakers and the cache of answers are
here. What is said of an order or an invoice, and whether it may be said, belongs to the lines that
ask; the rules of answers are in `e2a.domain.analysis`.
"""
