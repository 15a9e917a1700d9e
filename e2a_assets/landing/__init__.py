"""LAND: inbox rows to canonical events, one asset a source, partitioned by day of receipt."""
