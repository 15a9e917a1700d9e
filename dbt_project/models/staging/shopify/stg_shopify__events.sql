{{ staged_events(source('landing', 'shopify_events')) }}
