"""E2A without Dagster: rules, warehouse, sources, use cases and the command line.

`domain` holds the pure rules, `warehouse` the database, `sources` the parsers, `sla` and `billing`
the use cases, `simulator` an invented week of warehouse life, `cli` the `e2a` command.
Nothing in this package imports Dagster: import-linter checks it.
"""
