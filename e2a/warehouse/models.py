"""The dbt project as a program to call: its manifest, and a build by hand under the lease.

Where models run as assets, Dagster calls dbt itself; this is for everything before and beside it.
"""

import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from e2a.domain.errors import ConfigurationError
from e2a.warehouse.alone import alone
from e2a.warehouse.connection import PROJECT

DBT_PROJECT = PROJECT / "dbt_project"
DBT = Path(sys.executable).parent / "dbt"
MANIFEST = DBT_PROJECT / "target" / "manifest.json"


def ensure_manifest() -> Path:
    """Parse the project if its manifest is missing or older than any file of it.

    Raises:
        ConfigurationError: a model does not parse; carries dbt's own last words.
    """
    newest = max(path.stat().st_mtime for path in _project_files())
    with alone(MANIFEST.with_suffix(".lock")):
        if not MANIFEST.is_file() or MANIFEST.stat().st_mtime < newest:
            run_dbt("parse", "--quiet")
            MANIFEST.touch()
    return MANIFEST


def fingerprint(manifest: Mapping[str, Any]) -> str:
    """Hash of everything that decides what the models say: their text and the macros'."""
    models = [n["checksum"]["checksum"] for n in manifest["nodes"].values() if "checksum" in n]
    macros = [m["macro_sql"] for m in manifest["macros"].values() if m["package_name"] == "e2a"]
    return sha256("\n".join(sorted(models + macros)).encode()).hexdigest()


def run_dbt(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run a dbt command and return what it printed.

    Raises:
        ConfigurationError: dbt failed.
    """
    folders = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    done = subprocess.run(
        [str(DBT), *arguments, *folders],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = " ".join(done.stdout.split())[-600:]
        raise ConfigurationError(
            f"dbt {arguments[0]} failed: {words}", f"See {DBT_PROJECT / 'logs' / 'dbt.log'}"
        )
    return done.stdout


def _project_files() -> list[Path]:
    folders = [DBT_PROJECT / name for name in ("models", "macros", "tests")]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [*files, DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml"]
