"""Source `shopify`: webhooks by topic, and the ancestor's typed events without one.

`topics` dispatches; each other module reads one family of topics. Add a topic to the table of its
module, or to `topics` with the reason why it states no fact.
"""
