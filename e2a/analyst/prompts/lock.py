"""The lock: one line a released version, with the hash of its file and of its answer's schema.

A version in the lock is released: rows say that it wrote them, so it is never edited. `lock` adds
what is new and refuses the rest; CI runs `check`.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from e2a.analyst.prompts import loading
from e2a.domain.errors import ConfigurationError

_HEAD = "# Released prompts: never edited. Written by: python -m e2a.analyst.prompts --lock\n"
_FILE = re.compile(r"v([1-9]\d*)\.md\.j2")


def check(folder: Path = loading.PROMPTS) -> list[str]:
    """The released versions.

    Raises:
        ConfigurationError: one was edited or is gone, one is not locked, or a label means nothing.
    """
    locked, found = _locked(folder), dict(_found(folder))
    _check_released(locked, found)
    if new := sorted(set(found) - set(locked)):
        raise ConfigurationError(
            f"Not released: {', '.join(new)}", "Run python -m e2a.analyst.prompts --lock"
        )
    labels = yaml.safe_load((folder / "labels.yaml").read_text())
    for prompt_id, versions in labels.items():
        for label, version in versions.items():
            if f"{prompt_id}/v{version}" not in locked:
                raise ConfigurationError(
                    f"Label {label} of {prompt_id} means v{version}, which is not released",
                    "Name a released version",
                )
    return sorted(locked)


def lock(folder: Path = loading.PROMPTS) -> list[str]:
    """Release what is new; returns it.

    Raises:
        ConfigurationError: a released version was edited or is gone; nothing is written then.
    """
    locked, found = _locked(folder), dict(_found(folder))
    _check_released(locked, found)
    new = sorted(set(found) - set(locked))
    lines = (f"{sha}  {name}\n" for name, sha in sorted(found.items()))
    (folder / "prompts.lock").write_text(_HEAD + "".join(lines))
    return new


def _check_released(locked: dict[str, str], found: dict[str, str]) -> None:
    for name, sha in sorted(locked.items()):
        if name not in found:
            raise ConfigurationError(f"Prompt {name} is released and gone", "Put it back")
        if found[name] != sha:
            raise ConfigurationError(
                f"Prompt {name} is released and was edited, or the schema of its answer was",
                "Take the edit back and write a new version",
            )


def _locked(folder: Path) -> dict[str, str]:
    path = folder / "prompts.lock"
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = (line.split() for line in lines if line and not line.startswith("#"))
    return {name: sha for sha, name in pairs}


def _found(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*/v*.md.j2")):
        if number := _FILE.fullmatch(path.name):
            name = f"{path.parent.name}/v{number[1]}"
            yield name, loading.parse(path.read_bytes(), name).sha
