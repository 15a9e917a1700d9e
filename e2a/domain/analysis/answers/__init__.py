"""How a provider's body becomes one JSON object, or a typed reason why not.

    bytes -> envelope -> finish reason -> ladder of parses -> object

Add a rung when models wrap their JSON in a new way. Whether the object is true is for the checks
beside this package.
"""
