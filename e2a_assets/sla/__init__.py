"""EXPLAIN: what is written about breaches."""
