"""Secrets of destinations: from the environment, at the moment of sending, and nowhere else."""

from collections.abc import Mapping

from e2a.domain.errors import ConfigurationError
from e2a.domain.policies.alerts import DestinationText

Environment = Mapping[str, str]


def secret(environment: Environment, variable: str) -> str:
    """The value of a variable.

    Raises:
        ConfigurationError: it is not set, or holds what no secret or URL can.
    """
    value = environment.get(variable, "").strip()
    if not value:
        raise ConfigurationError(f"{variable} is not set", "Set it for `e2a alerts deliver`")
    if not (value.isascii() and value.isprintable()):
        raise ConfigurationError(f"{variable} holds signs that it cannot", "Set it again")
    return value


def missing(environment: Environment, road: DestinationText) -> list[str]:
    """The variables that a destination names and nobody has set."""
    named = [value for key, value in road.model_dump().items() if key.endswith("_env") and value]
    return [name for name in named if not environment.get(name, "").strip()]
