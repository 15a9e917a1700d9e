"""The checks of a model's text, one file each: `check(...)` yields violations."""
