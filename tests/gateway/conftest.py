"""One gateway process for each file of tests, over a database of its own."""

from collections.abc import Iterator

import pytest

from e2a.warehouse.connection import Warehouse
from tests.gateway.serving import Gateway, process


@pytest.fixture(scope="module")
def gateway(shared: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A running gateway process."""
    with process(shared, tmp_path_factory.mktemp("gateway") / "log") as running:
        yield running
