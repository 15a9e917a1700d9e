"""ShipHero: webhooks, told apart by `webhook_type` in the body.

`types` dispatches; each other module reads one family. Add a type to the table of its module, or to
`types` with the reason why it states no fact.
"""
