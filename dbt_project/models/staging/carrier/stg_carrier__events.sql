{{ staged_events(source('landing', 'carrier_events')) }}
