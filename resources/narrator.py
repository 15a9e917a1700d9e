"""The provider of models as a Dagster resource; the environment sets it up (.env.example)."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from e2a.analyst.narrator import Narrator, open_narrator
from e2a.warehouse.connection import Warehouse


class NarratorResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A narrator for one step; with no key it asks nothing and says so."""

    @contextmanager
    def narrator(self, warehouse: Warehouse) -> Iterator[Narrator]:
        """A narrator whose ledger is in the warehouse, closed afterwards."""
        with open_narrator(warehouse) as narrator:
            yield narrator
