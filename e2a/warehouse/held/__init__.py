"""What is held back: rows of the inbox that wait for a retry, a person or a tenant.

Add a module here for what happens to such rows: how they come to be kept, who sees them, what
settles them. Callers use `dead_letters`. Parsing and storing belong to `e2a.warehouse`, vendors'
formats to `e2a.sources`.
"""
