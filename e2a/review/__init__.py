"""Policies reviewed: by tests that are made from their figures, and by a model that must prove it.

pointers    where something stands in a policy, and what stands there, as text
checking    what a model claims, held against the policy: kept, or dropped and counted
given       the reviewed policy as the top of a scenario
proposals   tests that a model proposes, as scenarios
trial       scenarios run by the engine, and its answers frozen
generating  tests made from thresholds, without a model
mutants     small wrongs put into a policy
score       how many of them which tests notice
review      all of it in a row

Nothing here is an error or fails a build: errors are for `e2a.domain.lint`. The model is asked by
`e2a.analyst`, the engine by `e2a.scenarios`.
"""
