"""A file that has grown too long is two files."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
MOST = 250


@pytest.mark.parametrize("package", ["e2a", "e2a_assets", "resources", "sensors"])
def test_no_python_file_is_longer_than_250_lines(package):
    lengths = {
        str(path.relative_to(PROJECT)): len(path.read_text().splitlines())
        for path in (PROJECT / package).rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > MOST} == {}


def test_no_package_of_a_domain_knows_a_clock():
    """Rules are stated from their arguments alone."""
    words = ("datetime.now(", "date.today(", "time.time(", "utcnow(", "random.", "uuid4(")
    found = {
        f"{path.name}: {word}"
        for path in (PROJECT / "e2a" / "domain").rglob("*.py")
        for word in words
        if word in path.read_text()
    }
    assert found == set()
