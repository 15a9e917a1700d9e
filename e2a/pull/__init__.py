"""The pull side: asks senders for what their webhooks should have told, and lands what is missing.

Add a module here for a sender with an API that lists what it knows. What a message means belongs
to `e2a.sources`: a pulled object becomes a delivery that its parser reads like a webhook.
"""
