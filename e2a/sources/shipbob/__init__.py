"""ShipBob: webhooks by topic, and the shapes that its API answers, which need none.

`topics` dispatches; each other module reads one shape. A dated fact is known by what it is about
(`shipbob:shipment:1:shipped`), so that webhook and API state it once between them.
"""
