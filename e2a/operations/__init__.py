"""Running the installation as a whole: `up` starts it, `status` shows it, `doctor` explains it.

What a part does is its own package's business; here is only whether it runs, how far it is behind
and what mends it. Nothing here knows Dagster: its processes are started and asked from outside.
"""
