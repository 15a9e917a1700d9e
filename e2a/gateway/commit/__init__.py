"""Many messages into one synchronous commit.

queue   what waits, bounded in rows
store   one group in one statement, one transaction
writers who take groups from the queue, each with a connection of its own
link    the other connection: credentials, partitions, lanes
"""
