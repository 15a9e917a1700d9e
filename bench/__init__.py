"""Measurements: each a command that prints its number beside its reference."""
