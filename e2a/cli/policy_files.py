"""Which policy files a path means: a folder of tenants, one tenant's folder, or one file.

Only finding and reading stands here; what the text says is for `e2a.domain.lint`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from e2a.domain.errors import BadInputError, UnknownTenantError
from e2a.domain.lint import Node, Subject, read, subject
from e2a.domain.policies import Policies
from e2a.domain.policy_text import FILES, OPTIONAL, parse
from e2a.warehouse.policies import policies_folder
from e2a.warehouse.reference.folder import SCENARIOS


@dataclass(frozen=True, slots=True)
class Chosen:
    """A tenant's files, and the one that is asked about (None: all of them)."""

    folder: str
    files: dict[str, Path]
    only: Path | None = None

    def texts(self) -> dict[str, tuple[str, str]]:
        """{stem: (path, text)}, as the lint takes it."""
        return {stem: (shown(path), read_text(path)) for stem, path in self.files.items()}


def chosen(path: Path | None, tenant: str | None = None) -> list[Chosen]:
    """The tenants that a path means; no path means the installation's policies.

    Raises:
        BadInputError: there is nothing to read.
    """
    place = path or policies_folder()
    if place.is_file():
        return [_file(place, tenant)]
    if not place.is_dir():
        raise BadInputError(f"There is no {place}", "Name a policies folder, a tenant's, or a file")
    folders = [place] if _files(place) else sorted(p for p in place.iterdir() if _is_tenant(p))
    if not folders:
        raise BadInputError(
            f"There are no policies in {place}", f"Each tenant has a folder with {_names()} in it"
        )
    return [Chosen(folder.absolute().name, _files(folder)) for folder in folders]


def subjects(
    path: Path | None, today: date, *, tenant: str | None = None, against: Path | None = None
) -> Iterator[tuple[Chosen, Subject]]:
    """Each tenant's files read for the lint, beside their former text if that is given."""
    former = {one.folder: one for one in chosen(against)} if against else {}
    tried = scenarios(policies_folder() / SCENARIOS)
    for one in chosen(path, tenant):
        before = former.get(one.folder)
        past = subject(before.folder, before.texts(), today) if before else None
        yield one, subject(one.folder, one.texts(), today, former=past, scenarios=tried)


def changed_policies(tenant: str, changed: Path) -> tuple[Policies, Policies]:
    """A tenant's policies as they stand, and as they would be with a changed file or folder.

    Raises:
        UnknownTenantError: there is no such tenant.
        BadInputError: there is nothing to read.
        ConfigurationError: the text says something that cannot be.
    """
    folder = policies_folder() / tenant
    if not _files(folder):
        known = [path.name for path in policies_folder().glob("*/") if _is_tenant(path)]
        raise UnknownTenantError(tenant, known)
    present = {stem: read_text(path) for stem, path in _files(folder).items()}
    (one,) = [_file(changed, tenant)] if changed.is_file() else chosen(changed)[:1]
    texts = {stem: read_text(path) for stem, path in one.files.items()}
    after = parse(tenant, present | texts)
    if after.tenant.tenant != tenant:
        raise BadInputError(
            f"{changed} is about the tenant {after.tenant.tenant}, not {tenant}",
            "Name a changed text of that tenant",
        )
    return parse(tenant, present), after


def scenarios(folder: Path) -> list[Node] | None:
    """The scenario files of a folder, as trees; None if there is no such folder."""
    if not folder.is_dir():
        return None
    return [read(str(path), read_text(path))[0] for path in sorted(folder.glob("**/*.yaml"))]


def shown(path: Path) -> str:
    """A path as a person would type it: from the working folder, where it lies below it."""
    place = path.absolute()
    return str(place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else path)


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        BadInputError: it is not UTF-8.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{path} is not UTF-8 at byte {error.start}", "Save it as UTF-8"
        ) from None


def kind_of(path: Path) -> str:
    """Which of a tenant's files a file is: by its name, else by its shape.

    Raises:
        BadInputError: it is a scenario.
    """
    if path.stem in (*FILES, *OPTIONAL):
        return path.stem
    root, _ = read(str(path), read_text(path))
    if root["scenario"]:
        raise BadInputError(f"{path} is a scenario, no policy", "Try it: e2a scenario run")
    if root.kind == "mapping" and root["tenant"]:
        return "tenant"
    if root[0]["quote"]:
        return "fx"
    return "rates" if root[0]["charges"] else "sla"


def _file(path: Path, tenant: str | None) -> Chosen:
    kind = kind_of(path)
    home = policies_folder() / tenant if tenant else path.parent
    if tenant and not _files(home):
        raise BadInputError(f"There is no tenant folder {home}", "Name a tenant of policies/")
    siblings = _files(home) if tenant or path.stem == kind else {}
    folder = home.absolute().name if set(siblings | {kind: path}) >= set(FILES) else ""
    return Chosen(folder, siblings | {kind: path}, path)


def _files(folder: Path) -> dict[str, Path]:
    stems = (*FILES, *OPTIONAL)
    return {stem: file for stem in stems if (file := folder / f"{stem}.yaml").is_file()}


def _is_tenant(path: Path) -> bool:
    return path.is_dir() and path.name != SCENARIOS and bool(_files(path))


def _names() -> str:
    return ", ".join(f"{stem}.yaml" for stem in FILES)
