"""The operators' API: held rows, exceptions, the policy lint, the cache; keys of kind `admin` only.

It speaks to the database as `e2a_operator`, so what it may not do, it cannot do. Work runs in a
few threads of its own and never holds up the hot path. A GET writes nothing: its transaction is
read-only.
"""
