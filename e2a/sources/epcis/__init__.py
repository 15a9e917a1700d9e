"""EPCIS 2.0 documents in JSON: what was done to which goods, where and when, as GS1 writes it.

`documents` opens the envelope; `facts` says what an event means to us; `steps` holds the
vocabulary; `identity` computes the id of an event that has none, from `canonical` and `gs1`.
"""
