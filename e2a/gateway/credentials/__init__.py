"""Credentials: `making` is for people (create, rotate, revoke), `keyring` for the gateway.

A key is `e2a_<key id>.<secret>`; the database keeps its hash. A signing secret is kept encrypted.
"""
