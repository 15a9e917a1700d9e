"""Tests made from a policy's own figures, without a model.

moments   the instants at which clocks and calendars are tried
orders    the events that start and end a promise's clock
clocks    tests of promises: a target less a minute, on it, a minute more; clock changes; holds
money     tests of rate cards: each charge around its bounds, an order a flag, by month
credits   months of promises on both sides of each band of an SLA credit
made      the scenarios, with the engine's answers frozen in them

What they expect is what the engine answers when they are made; frozen, they tell when it changes.
"""
