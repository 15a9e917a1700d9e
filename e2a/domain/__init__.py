"""Pure rules and types: no database, no files, no network, no clock.

Add a rule here when it can be stated from its arguments alone. What reads or writes anything
belongs to `e2a.warehouse` or to a use case; what is set-based over stored events belongs to dbt.
"""
