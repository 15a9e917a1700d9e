"""A server of the fault harness's own for each file: it is stopped, filled and restored there."""

from collections.abc import Iterator

import pytest

from faults.site import Site, site


@pytest.fixture(scope="module")
def place() -> Iterator[Site]:
    with site() as running:
        yield running
