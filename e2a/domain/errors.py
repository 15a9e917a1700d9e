"""The errors that a person may see: each says what is wrong and what to do about it.

E2AError
├── ConfigurationError        a policy, a setting or a path
├── BadInputError             a file or an argument
│   └── UnknownTenantError
├── RefusedError              a move that the rules do not allow now
└── DatabaseUnavailableError  the warehouse does not answer
    └── PortInUseError        another program holds the port
"""

from collections.abc import Iterable
from difflib import get_close_matches


class E2AError(Exception):
    """Base of every typed error; `problem` and `fix` are sentences without their full stop."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem, fix)
        self.problem = problem
        self.fix = fix

    def __str__(self) -> str:
        end = "" if self.fix.endswith(("?", ".")) else "."
        return f"{self.problem}. {self.fix}{end}"


class ConfigurationError(E2AError):
    """A policy file, a setting or a path says something that cannot be."""


class BadInputError(E2AError):
    """A file or an argument cannot be used as it is."""


class UnknownTenantError(BadInputError):
    """A tenant that no policy folder describes."""

    def __init__(self, tenant: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(tenant, names, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(names) or 'none'}"
        super().__init__(
            f"Tenant {tenant!r} is not known: there is no folder policies/{tenant}", hint
        )


class DatabaseUnavailableError(E2AError):
    """The warehouse does not answer, or is not one that E2A can use."""


class PortInUseError(DatabaseUnavailableError):
    """Another program listens where a server of ours should."""


class RefusedError(E2AError):
    """Somebody asked for a move that the rules of money or of work do not allow now."""
