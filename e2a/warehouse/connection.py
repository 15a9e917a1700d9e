"""Where the warehouse is and how each role reaches it.

`locate()` answers from the environment: `E2A_DATABASE_URL` names a server of yours, otherwise the
embedded cluster under `.e2a/` is meant. Passwords come from the environment or, generated once,
from `.e2a/secrets.json` (mode 0600); they are never shown.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from e2a.domain.errors import ConfigurationError, DatabaseUnavailableError

PROJECT = Path(__file__).parents[2]
_UNPREPARED = ("does not exist", "authentication failed", "permission denied")
"""What a server says that answers but lacks our roles, passwords or databases."""


class Role(StrEnum):
    """Who connects; ADMIN creates the others and is used for nothing else."""

    ADMIN = "admin"
    OWNER = "e2a_owner"
    APP = "e2a_app"
    READER = "e2a_reader"
    DAGSTER = "e2a_dagster"
    GATEWAY = "e2a_gateway"
    OPERATOR = "e2a_operator"
    DELIVERER = "e2a_deliverer"
    ANALYST = "e2a_analyst"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """One installation's databases: the warehouse and, beside it, Dagster's storage."""

    host: str
    port: int
    admin_user: str
    passwords: dict[Role, str] = field(repr=False)
    database: str = "e2a"
    dagster_database: str = "e2a_dagster"
    admin_database: str = "postgres"
    home: Path = field(default_factory=lambda: home())

    def user(self, role: Role) -> str:
        """The login of a role."""
        return self.admin_user if role is Role.ADMIN else role.value

    def conninfo(self, role: Role, database: str | None = None) -> str:
        """A libpq connection string for a role."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=database or self._database(role),
            user=self.user(role),
            password=self.passwords[role],
            connect_timeout=5,
            application_name=f"e2a {role.value}",
            options="-c timezone=UTC",
        )

    def url(self, role: Role, driver: str = "postgresql+psycopg") -> str:
        """A URL with an explicit driver, for SQLAlchemy and Dagster."""
        password = quote(self.passwords[role], safe="")
        place = f"{self.host}:{self.port}/{quote(self._database(role), safe='')}"
        return f"{driver}://{quote(self.user(role), safe='')}:{password}@{place}"

    def connect(self, role: Role, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """Connect as a role.

        Raises:
            DatabaseUnavailableError: the server is not there or refuses the role.
        """
        try:
            return psycopg.connect(self.conninfo(role), autocommit=autocommit)
        except psycopg.OperationalError as error:
            raise self._unavailable(role, str(error)) from None

    def environment(self) -> dict[str, str]:
        """What child processes (dbt, Dagster) need to know."""
        return {
            "E2A_PG_HOST": self.host,
            "E2A_PG_PORT": str(self.port),
            "E2A_PG_DATABASE": self.database,
            "E2A_PG_OWNER_PASSWORD": self.passwords[Role.OWNER],
            "E2A_DAGSTER_URL": self.url(Role.DAGSTER, "postgresql+psycopg2"),
            "E2A_HOME": str(self.home),
            "DAGSTER_HOME": str(dagster_home(self.home)),
        }

    def _database(self, role: Role) -> str:
        names = {Role.ADMIN: self.admin_database, Role.DAGSTER: self.dagster_database}
        return names.get(role, self.database)

    def _unavailable(self, role: Role, said: str) -> DatabaseUnavailableError:
        server = f"PostgreSQL at {self.host}:{self.port}"
        refusal = said.partition("FATAL:")[2].strip().partition("\n")[0]
        if not refusal:
            return DatabaseUnavailableError(
                f"{server} does not answer",
                "Start it with `make up` or `e2a db start`, or set E2A_DATABASE_URL to yours",
            )
        if not any(sign in refusal for sign in _UNPREPARED):
            return DatabaseUnavailableError(f"{server} refuses: {refusal}", "Try again in a moment")
        if role is Role.ADMIN:
            return DatabaseUnavailableError(
                f"{server} refuses the administrator {self.admin_user} ({refusal})",
                "Correct E2A_DATABASE_URL, or bring back secrets.json of the embedded server",
            )
        return DatabaseUnavailableError(
            f"{server} is not prepared for E2A ({refusal})",
            "Run `e2a db start`, which creates its roles and databases",
        )


def home() -> Path:
    """Where an installation keeps its state: E2A_HOME, or `.e2a` in the checkout."""
    return Path(os.environ.get("E2A_HOME") or PROJECT / ".e2a").absolute()


def dagster_home(place: Path) -> Path:
    """Dagster's home under ours, with the project's dagster.yaml in it."""
    folder = place / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    wanted, present = (PROJECT / "dagster.yaml").read_text(), folder / "dagster.yaml"
    if not present.is_file() or present.read_text() != wanted:
        present.write_text(wanted)
    return folder


def locate(place: Path | None = None) -> Warehouse:
    """The warehouse that the environment names; nothing is started or created.

    Raises:
        ConfigurationError: E2A_DATABASE_URL is no PostgreSQL URL.
        DatabaseUnavailableError: there is neither a URL nor an embedded cluster.
    """
    place = place or home()
    url = os.environ.get("E2A_DATABASE_URL")
    if url:
        return _from_url(url, place)
    settings = place / "cluster.json"
    if not settings.is_file():
        raise DatabaseUnavailableError(
            f"There is no database under {place}",
            "Run `make demo` or `e2a db start`, or set E2A_DATABASE_URL to yours",
        )
    port = json.loads(settings.read_text())["port"]
    return embedded(place, port)


def embedded(place: Path, port: int) -> Warehouse:
    """The embedded cluster of an installation at a port."""
    return Warehouse("127.0.0.1", port, "postgres", _passwords(place), home=place)


def _from_url(url: str, place: Path) -> Warehouse:
    parts, host, port = _parts(url)
    passwords = _passwords(place) | {Role.ADMIN: unquote(parts.password or "")}
    return Warehouse(
        host=host,
        port=port,
        admin_user=unquote(parts.username or "postgres"),
        passwords=passwords,
        database=os.environ.get("E2A_DATABASE") or "e2a",
        dagster_database=(os.environ.get("E2A_DATABASE") or "e2a") + "_dagster",
        admin_database=parts.path.strip("/") or "postgres",
        home=place,
    )


def _parts(url: str) -> tuple[SplitResult, str, int]:
    """The URL taken apart; what is wrong with it is said without showing it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 5432
    except ValueError:  # its words would quote the password
        parts, host, port = urlsplit(""), None, 0
    if parts.scheme.partition("+")[0] not in ("postgres", "postgresql") or not host:
        raise ConfigurationError(
            "E2A_DATABASE_URL is not a PostgreSQL URL",
            "Write postgresql://admin:password@host:5432/postgres, special signs as %2F",
        )
    if parts.query:
        raise ConfigurationError(
            "E2A_DATABASE_URL has parameters after '?', which dbt and Dagster would not hear of",
            "Leave them out; for TLS set PGSSLMODE and PGSSLROOTCERT, which every process reads",
        )
    return parts, host, port


def _passwords(place: Path) -> dict[Role, str]:
    """Each role's password: from the environment, else generated once and kept."""
    file = place / "secrets.json"
    kept = json.loads(file.read_text()) if file.is_file() else {}
    if not kept.keys() >= set(Role):  # none yet, or of an older E2A that had fewer roles
        kept = json.loads(keep_secret(file, _complete))
    return {role: os.environ.get(f"E2A_{role.name}_PASSWORD") or kept[role.value] for role in Role}


def _complete(present: str | None) -> str:
    kept = json.loads(present) if present else {}
    return json.dumps({role: secrets.token_urlsafe(24) for role in Role} | kept)


def keep_secret(file: Path, write: Callable[[str | None], str]) -> str:
    """A secret file's text as `write` makes it of what is there, by one process at a time.

    The file has mode 0600 and is never seen half-written; its folder is made.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        present = file.read_text() if file.is_file() else None
        text = write(present)
        if text != present:
            temporary = file.with_suffix(".new")
            temporary.unlink(missing_ok=True)
            temporary.touch(mode=0o600)
            temporary.write_text(text)
            temporary.rename(file)
        return text
    finally:
        os.close(folder)
