"""`kill -9` in the middle of drafting or finalising: all of it or nothing, and again completes it.

The victim is a process of its own. It announces each statement that it is about to run and waits
for a word; at its n-th statement it is killed instead, wherever that is.
"""

import os
import signal
import subprocess
import sys

import pytest

from e2a.warehouse.connection import Role
from tests.billing.invoices.clerk import TAXED
from tests.billing.pricing.merchant import at

VICTIM = """
import sys
from datetime import datetime
import psycopg
from e2a.billing.invoices import Scope, draft, finalise, credit_lines

class Slow(psycopg.Cursor):
    def execute(self, query, *args, **more):
        print("next", flush=True)
        sys.stdin.readline()
        return super().execute(query, *args, **more)

conninfo, what, tenant, now = sys.argv[1:]
now = datetime.fromisoformat(now)
with psycopg.connect(conninfo, cursor_factory=Slow) as connection:
    invoice = f"draft/{tenant}/2026-03"
    if what == "draft":
        draft(connection, now, Scope(tenant))
    elif what == "finalise":
        finalise(connection, tenant, invoice, by="ann", now=now)
    else:
        credit_lines(connection, tenant, invoice, reason="x", by="ann", now=now)
print("done", flush=True)
"""


def run(clerk, what, kill_at=None):
    """Run the victim and kill it before its n-th statement; whether it came to its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", VICTIM, clerk.built.conninfo(Role.APP), what, clerk.tenant,
         at("2026-04-02 09:00").isoformat()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for statement, line in enumerate(process.stdout):
        if line.strip() == "done":
            process.wait()
            return True
        if statement == kill_at:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return False
        process.stdin.write("go\n")
        process.stdin.flush()
    raise AssertionError("the victim died of itself")


def gone(clerk):
    """Until the server has noticed that its client is dead: what it held is free then."""
    while clerk.rows(
        "select from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() "
        "and database = (select oid from pg_database where datname = current_database())"
    ):
        pass


@pytest.mark.parametrize("what", ["draft", "finalise", "credit"])
def test_killed_at_any_statement_it_leaves_all_or_nothing_and_again_completes_it(clerk, what):
    acme = clerk(TAXED)
    acme.worked(100)
    acme.worked(5, "2026-04-01 09:00", "o2")
    if what != "draft":
        acme.draft()
    if what == "credit":
        acme.finalise()
    before, moment = acme.everything(), 0
    while not run(acme, what, kill_at=moment):
        gone(acme)
        assert acme.everything() == before, moment
        moment += 3
    assert moment > 6
    after = acme.everything()
    assert after != before
    if what == "draft":
        run(acme, what)
        assert acme.everything() == after
