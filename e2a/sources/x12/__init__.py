"""X12 transactions that tell what was done: 945 shipped, 214 moved by a carrier, 856 sent out.

`interchanges` dispatches; each other module reads one transaction set. Invoices (210) and tenders
(204) belong to `e2a.billing.imports`; how X12 is cut into segments, to `e2a.domain.x12`.
"""
