"""The fault harness: real processes over real HTTP, faults by seed, and a checker that trusts none.

site        a server of its own and a fresh database for each row
processes   gateway, consumer and radar as processes that may die at named points, or at any time
traffic     typed warehouse events of invented orders, by seed
ledger      what the sender knows: each id with its body, sent, acknowledged or unknown
sender      signs, sends, retries as the senders' own rules say, until everything is acknowledged
world       the above together, with whatever the row breaks; `begin` makes one
rows/       one function a row of the fault matrix; `schedule` lists them
checker     acknowledged within stored, stored = consumed, no double: plain SQL and the ledger
oracle      the state, recomputed from the raw inbox in a quiet database
streamed    what was derived step by step, against one pass over everything
stays       the sensor's loop without Dagster; dagster: its code server and daemon as processes
naive       the planted bug: a reader by a plain sequence cursor, which must be caught
verdicts    what must be equal of two installations after the journey
week        a week of simulator traffic through kills, against the same week landed quietly

`python -m faults` (`make faults`) runs the long version; `tests/faults` the short one. Nothing of
the product imports this package.
"""
