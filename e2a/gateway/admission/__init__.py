"""From a request to a message that may be stored: headers, body, credential, in this order.

Cheap refusals come first: nothing is buffered for a caller who shows no credential.
"""
