{{ staged_events(source('landing', 'wms_events')) }}
