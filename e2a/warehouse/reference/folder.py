"""The tenant folders under `policies/`, read and understood."""

from pathlib import Path

from e2a.domain.errors import ConfigurationError
from e2a.domain.policies import Policies
from e2a.domain.policy_text import FILES, OPTIONAL, parse

SCENARIOS = "scenarios"
"""The one folder under `policies/` that is no tenant."""


def read_folder(folder: Path) -> list[Policies]:
    """Every tenant folder under `policies/`.

    Raises:
        ConfigurationError: a file is missing or says something that cannot be.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"There is no policies folder at {folder}", "Create it or set E2A_POLICIES"
        )
    return [_read_tenant(path) for path in tenant_folders(folder)]


def tenant_folders(folder: Path) -> list[Path]:
    """The folders that describe a tenant, by name."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name != SCENARIOS)


def _read_tenant(path: Path) -> Policies:
    texts = {}
    for stem in (*FILES, *OPTIONAL):
        file = path / f"{stem}.yaml"
        if stem in OPTIONAL and not file.is_file():
            continue
        if not file.is_file():
            raise ConfigurationError(
                f"{path.name}/{stem}.yaml is missing", "Every tenant folder needs all three files"
            )
        texts[stem] = file.read_text()
    policies = parse(path.name, texts)
    if policies.tenant.tenant != path.name:
        raise ConfigurationError(
            f"{path.name}/tenant.yaml says tenant: {policies.tenant.tenant}",
            "Give the folder and the tenant one name",
        )
    return policies
