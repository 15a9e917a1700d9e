"""The door: what senders post is verified, stored durably once, and only then acknowledged.

senders       who may post, by path word: road, signature, kept headers, account
signatures    each vendor's signature over the raw bytes
credentials/  keys: made by people, held in memory by the gateway
admission/    from a request to a verified message: caps, headers, body, credential
commit/       many messages into one synchronous commit
ingest, batch the two ways in; replies are in `replies`
admin/        the operators' API, by a role of its own
server        processes, sockets, signals

Add a sender in `senders`. What a message means is for `e2a.sources`: nothing here parses facts.
"""
