"""Amazon's SP-API notifications: orders fulfilled by Amazon, their parcels, seller orders.

`notifications` opens the envelope and dispatches by type; each other module reads one type. Add a
type to the table there, or to its list of types that state no fact.
"""
