"""Our own typed event, shared by the WMS, the carrier's typed road, files and raw Shopify events.

`shape` says which fields there are, `vocabulary` what their types mean and need, `translate` makes
one canonical event of one object, `batch` takes whole bodies. Written for readers in
docs/sources.md: change both together.
"""
