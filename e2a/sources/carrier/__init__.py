"""Source `carrier`: tracking messages of aggregators, and the typed road for own integrations.

Add a module here per aggregator, with its status table; map per source, never by bare code. What a
scan becomes is shared in `scans`; `messages` tells the formats apart.
"""
