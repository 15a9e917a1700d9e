"""Our package names are ours, and what is imported is this checkout."""

from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
OURS = ("e2a", "e2a_assets", "resources", "sensors")


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_provides_a_package_of_ours(name):
    assert set(packages_distributions().get(name, [])) <= {"e2a"}


@pytest.mark.parametrize("name", OURS)
def test_what_is_imported_lies_in_this_checkout(name):
    package = import_module(name)
    places = [Path(place).absolute() for place in package.__path__]
    assert places == [PROJECT / name]


@pytest.mark.parametrize("name", OURS)
def test_every_folder_of_ours_with_python_in_it_is_a_package(name):
    folders = {path.parent for path in (PROJECT / name).rglob("*.py")}
    loose = [
        folder for folder in folders
        if not (folder / "__init__.py").is_file() and "migrations" not in folder.parts
    ]  # fmt: skip
    assert loose == []
