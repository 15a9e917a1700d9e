"""A process that is killed -9 in the middle of something about money.

It announces each statement that it is about to run and waits for a word; at its n-th statement it
is killed instead, wherever that is.
"""

import os
import signal
import subprocess
import sys

from e2a.warehouse.connection import Role

WORK = {
    "draft": "draft(connection, now, Scope(tenant))",
    "finalise": "finalise(connection, tenant, invoice, by='ann', now=now)",
    "credit": "credit_lines(connection, tenant, invoice, reason='x', by='ann', now=now)",
    "validate": "validate(connection, now, tenant)",
    "propose": "propose(connection, now, tenant)",
    "approve": "approve(connection, tenant, 'duplicate', by='ann', now=now)",
    "reverse": "reverse(connection, tenant, 'wrong_rate', by='ann', now=now)",
}

_VICTIM = """
import sys
from datetime import datetime
import psycopg
from e2a.billing.guard import approve, propose, reverse, validate
from e2a.billing.invoices import Scope, credit_lines, draft, finalise

class Slow(psycopg.Cursor):
    def execute(self, query, *args, **more):
        print("next", flush=True)
        sys.stdin.readline()
        return super().execute(query, *args, **more)

conninfo, what, tenant, now = sys.argv[1:]
now, invoice = datetime.fromisoformat(now), f"draft/{tenant}/2026-03"
with psycopg.connect(conninfo, cursor_factory=Slow) as connection:
    exec(what)
print("done", flush=True)
"""


def run(built, tenant, what, now, kill_at=None):
    """Run the victim and kill it before its n-th statement; whether it came to its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", _VICTIM, built.conninfo(Role.APP), WORK[what], tenant,
         now.isoformat()],
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


def gone(rows):
    """Until the server has noticed that its client is dead: what it held is free then."""
    while rows(
        "select from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid() "
        "and database = (select oid from pg_database where datname = current_database())"
    ):
        pass
