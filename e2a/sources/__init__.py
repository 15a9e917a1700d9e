"""Parsers: what each source sent, in the words of the canonical event.

Add a module or a folder here for a new source or dialect. A parser is a pure function of one
delivery: it looks nothing up, asks no clock and never joins two deliveries; that belongs to
`e2a.warehouse` and to the models. The shapes are described for integrators in docs/sources.md.
"""
