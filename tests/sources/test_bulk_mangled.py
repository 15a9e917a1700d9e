"""Whatever a bulk file holds, it is refused whole or row by row; nothing else is ever raised."""

import contextlib

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2a.domain.deliveries import RefusedDeliveryError
from e2a.domain.errors import BadInputError
from e2a.sources.bulk import documents, tables
from e2a.sources.bulk.tables import Format
from e2a.sources.registry import parse
from tests.sources.samples import typed
from tests.sources.test_bulk import CSV, PICK, TO, parquet
from tests.sources.test_epcis import BASE, document
from tests.sources.test_x12 import ADVICE, STATUS, sent, x12

WHOLE = {
    "csv": f"{CSV}{PICK},US,rush,,,\n".encode(),
    "ndjson": orjson.dumps(typed("order_paid")),
    "x12": sent(x12("945", *ADVICE), x12("214", *STATUS)).body,
    "epcis": orjson.dumps(document(BASE)),
}
READ = {
    "csv": lambda path: tables.read(path, Format.CSV, TO),
    "ndjson": lambda path: tables.read(path, Format.NDJSON, TO),
    "parquet": lambda path: tables.read(path, Format.PARQUET, TO),
    "x12": lambda path: documents.read_x12(path, TO),
    "epcis": lambda path: documents.read_epcis(path, TO),
}


@pytest.mark.parametrize("kind", READ)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(junk=st.binary(max_size=20), cut=st.integers(0, 400), data=st.data())
def test_a_mangled_file_is_refused_whole_or_row_by_row(tmp_path_factory, kind, junk, cut, data):
    path = tmp_path_factory.getbasetemp() / f"mangled.{kind}"
    whole = WHOLE.get(kind) or parquet(path, [typed("order_paid")]).read_bytes()
    end = data.draw(st.sampled_from([cut, cut + len(junk), len(whole)]))
    path.write_bytes(whole[:cut] + junk + whole[end:])
    with contextlib.suppress(BadInputError):
        for delivery in READ[kind](path).deliveries:
            with contextlib.suppress(RefusedDeliveryError):
                parse(delivery)
