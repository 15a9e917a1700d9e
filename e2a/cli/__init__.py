"""The `e2a` command: one module a family of commands; `main.py` puts them together.

Results go to stdout, progress and errors to stderr. A command calls use cases and prints; it
decides nothing. Dagster is started as a process, never imported.
"""
