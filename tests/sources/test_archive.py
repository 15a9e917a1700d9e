"""Archives of deliveries: what cannot be landed is said with its line, before anything lands."""

import orjson
import pytest

from e2a.domain.errors import BadInputError
from e2a.sources.archive import deliveries
from tests.sources.samples import RECEIVED

LINE = {
    "tenant": "acme", "source": "wms", "delivery_id": "d-1", "received_at": "2026-05-04T10:00:00Z",
    "headers": {"X-Thing": "a"}, "body": "{}",
}  # fmt: skip


def archived(folder, **changed):
    file = folder / "some.jsonl"
    file.write_bytes(orjson.dumps(LINE) + b"\n" + orjson.dumps({**LINE, **changed}) + b"\n")
    return list(deliveries(file, RECEIVED))


def test_a_line_is_a_delivery_with_lower_cased_headers(tmp_path):
    first, _ = archived(tmp_path)
    assert (first.tenant_id, first.delivery_id, first.body) == ("acme", "d-1", b"{}")
    assert first.headers == {"x-thing": "a"}


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"headers": {"x": "a\0b"}}, r"some.jsonl:2: headers.x"),
        ({"delivery_id": "d\0"}, r"some.jsonl:2: delivery_id"),
        ({"received_at": "2027-01-01T00:00:00Z"}, r"some.jsonl:2: received_at .* in the future"),
    ],
)
def test_what_postgres_cannot_hold_or_has_not_been_received_names_its_line(
    tmp_path, changed, place
):
    with pytest.raises(BadInputError, match=place):
        archived(tmp_path, **changed)
