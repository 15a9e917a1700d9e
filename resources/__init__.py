"""The outside world, one file a system: thin Dagster resources over `e2a`."""
