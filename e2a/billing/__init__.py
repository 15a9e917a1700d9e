"""What is done about money: drafts, as-billed invoices, the guard's findings and adjustments.

Prices and expected lines are dbt's; comparing and deciding are pure rules in `e2a.domain`; this
package reads, calls them and writes, each use case in one transaction.
"""
