"""Runs a command with a migrated throw-away database in its environment (sqlfluff, dbt docs)."""

import os
import subprocess
import sys
import tempfile

from e2a.warehouse import cluster
from e2a.warehouse.connection import home
from e2a.warehouse.prepare import prepare


def main() -> int:
    """Start, run, stop; the command's own exit code."""
    with tempfile.TemporaryDirectory(prefix="e2a-", ignore_cleanup_errors=True) as folder:
        os.environ["E2A_HOME"] = folder
        os.environ.pop("E2A_DATABASE_URL", None)
        warehouse = prepare(lambda line: None)
        try:
            environment = os.environ | warehouse.environment()
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
        finally:
            cluster.stop(home())


if __name__ == "__main__":
    sys.exit(main())
