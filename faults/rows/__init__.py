"""The rows of the fault matrix: each breaks one thing, by seed, and counts what it broke."""
