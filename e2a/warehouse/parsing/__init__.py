"""Parsing in processes of its own, for backlogs: a thread would wait for the one that stores.

`process` starts and asks them, `worker` is what runs in them. Nothing here is used in a step.
"""
