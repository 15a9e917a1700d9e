{{ staged_events(source('landing', 'file_events')) }}
