"""Topics that are real and state no fact for us, each with the reason; nothing is dropped silently.

Take a topic out of here when a reader learns to make something of it.
"""

_RETURN = "a return on paper; its receipt is returns/process, refunds/create or the WMS"
_REQUEST = "a request between apps; what comes of it has a topic of its own"

NOTHING: dict[str, str] = {
    "orders/updated": "a snapshot; each fact in it has a topic of its own",
    "orders/fulfilled": "fulfillments/create and fulfillments/update carry the shipments",
    "orders/partially_fulfilled": "fulfillments/create and fulfillments/update carry the shipments",
    "orders/delete": "deletion from the shop's list is no cancellation; orders/cancelled is",
    "orders/link_requested": "a customer asked for a link",
    "orders/risk_assessment_changed": "a risk opinion; a hold for it has a topic of its own",
    "orders/shopify_protect_eligibility_changed": "payment insurance is no fulfilment fact",
    "fulfillment_orders/cancellation_request_accepted": "orders/cancelled carries the cancellation",
    "fulfillment_orders/cancellation_request_rejected": _REQUEST,
    "fulfillment_orders/cancellation_request_submitted": _REQUEST,
    "fulfillment_orders/fulfillment_request_accepted": _REQUEST,
    "fulfillment_orders/rescheduled": "a plan; the order is workable when it becomes ready",
    "fulfillment_orders/progress_reported": "the WMS states each step of the work itself",
    "fulfillment_orders/manually_reported_progress_stopped": "the WMS states each step itself",
    "fulfillment_orders/line_items_prepared_for_pickup": "the parcel's scans tell ready_for_pickup",
    "fulfillment_orders/line_items_prepared_for_local_delivery": "the parcel's scans tell delivery",
    "returns/approve": _RETURN,
    "returns/cancel": _RETURN,
    "returns/close": _RETURN,
    "returns/decline": _RETURN,
    "returns/reopen": _RETURN,
    "returns/request": _RETURN,
    "returns/update": _RETURN,
    "reverse_deliveries/attach_deliverable": _RETURN,
    "reverse_fulfillment_orders/dispose": "names no order; the WMS tells restocks",
}
"""Topics of the families that we read."""

OTHER_FAMILIES = frozenset({
    "app", "app_purchases_one_time", "app_subscriptions", "attributed_sessions", "audit_events",
    "bulk_operations", "carts", "channels", "checkouts", "collection_listings", "collections",
    "companies", "company_contact_roles", "company_contacts", "company_locations", "customer",
    "customer_account_settings", "customer_groups", "customer_payment_methods", "customer_tags",
    "customers", "customers_email_marketing_consent", "customers_marketing_consent",
    "delivery_promise_settings", "discounts", "disputes", "domains", "draft_orders",
    "finance_app_staff_member", "finance_kyc_information", "inventory_items", "inventory_levels",
    "inventory_shipments", "inventory_transfers", "locales", "locations", "markets",
    "metafield_definitions", "metaobjects", "payment_schedules", "payment_terms", "product_feeds",
    "product_listings", "product_publications", "products", "profiles",
    "scheduled_product_listings", "segments", "selling_plan_groups", "shop",
    "subscription_billing_attempts", "subscription_billing_cycle_edits",
    "subscription_billing_cycles", "subscription_contracts", "tax_partners", "tax_services",
    "tax_summaries", "tender_transactions", "themes", "variants",
})  # fmt: skip
"""Families of real topics none of which speaks of an order's fulfilment."""
