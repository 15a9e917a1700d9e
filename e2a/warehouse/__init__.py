"""The database: where it is, how it starts, what lands in it, and the step over it.

Add what touches Postgres here and what decides anything to `e2a.domain`. Imports nothing above
itself: parsers are handed in.
"""
