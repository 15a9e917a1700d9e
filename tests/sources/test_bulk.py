"""Bulk files: read in one go, refused whole before anything lands, or row by row by the parser."""

from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e2a.domain.deliveries import RefusedDeliveryError
from e2a.domain.errors import BadInputError
from e2a.sources.bulk import documents, tables
from e2a.sources.bulk.batch import Target
from e2a.sources.bulk.tables import Format
from e2a.sources.registry import parse
from tests.sources.samples import DATA, RECEIVED, events, needs_data, one, typed
from tests.sources.test_epcis import BASE, document
from tests.sources.test_x12 import ADVICE, STATUS, sent, x12

TO = Target("acme", RECEIVED)
CSV = (
    "event_id,event_type,order_id,occurred_at,time_zone,lines,destination.country,flags,charge.code,"
    "charge.amount,charge.currency\n"
)
LINES = '"[{""line"":""1"",""quantity"":2}]"'
PICK = f"e1,pick_completed,SO-1,2026-05-04T10:00:00,America/New_York,{LINES}"


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path, format=None):
    bulk = tables.read(path, tables.format_of(path, format), TO)
    return bulk.rows, list(bulk.deliveries)


def parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_a_csv_row_is_a_typed_event_with_its_nested_fields(written):
    rows, (first, second) = read(
        written("a.csv", f"{CSV}{PICK},US,rush; fragile,,,\n"
                "e2,charge_recorded,SO-1,2026-05-04T10:00:00Z,,,,,freight,12.50,USD\n")
    )  # fmt: skip
    pick, charge = one(first), one(second)
    assert rows == 2
    assert (str(pick.order), pick.units, pick.destination_country) == ("order:SO-1", 2, "US")
    assert pick.flags == {"rush", "fragile"}
    assert pick.occurred_at.hour == 14
    assert charge.charge.amount == Decimal("12.50")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_a_mark_and_windows_line_ends_are_understood(written, separator):
    text = "event_id,event_type,order_id,occurred_at\r\n1,order_paid,SO-1,2026-05-04T10:00:00Z\r\n"
    content = b"\xef\xbb\xbf" + text.replace(",", separator).encode()
    _, (delivery,) = read(written("a.csv", content))
    assert one(delivery).event_type == "order_paid"


def test_a_row_of_another_width_is_kept_and_refused_with_file_and_line(written):
    wide = f"{PICK},US,,,,,more\n"
    body = f"{CSV}{PICK},US,,,,\ne2,order_paid\n\n{PICK.replace('e1', 'e3')},,,,,\n{wide}"
    rows, (first, bad, last, too_wide) = read(written("week.csv", body))
    with pytest.raises(RefusedDeliveryError, match=r"week\.csv:6 has 12 cells"):
        parse(too_wide)
    assert (one(first).source_event_id, one(last).source_event_id) == ("e1", "e3")
    with pytest.raises(RefusedDeliveryError, match=r"week\.csv:3 has 2 cells under 11") as refusal:
        parse(bad)
    assert refusal.value.reason == "malformed_row"
    assert rows == 5


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"event_id,event_type\n1,2\n", "a.csv:1: column occurred_at is missing"),
        (b"", "a.csv:1: column event_id, event_type, occurred_at is missing"),
        (CSV.encode() + b'e1,"x\n', "a.csv:2: unexpected end of data"),
        (CSV.encode() + b"e1,\xff\n", "a.csv:2: is not UTF-8"),
        (b"event_id,event_type,occurred_at,site,site\n", "a.csv:1: column site is there twice"),
        (
            b"event_id,event_type,occurred_at,charge,charge.code\n",
            "a.csv:1: column charge is there twice",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused_before_anything_lands(written, content, sentence):
    path = written("a.csv", content)
    with pytest.raises(BadInputError) as error:
        tables.read(path, Format.CSV, TO)
    assert sentence in str(error.value)


def test_a_bad_line_of_ndjson_is_a_row_of_its_own(written):
    good = orjson.dumps(typed("order_paid", event_id="1"))
    rows, (first, cut, last) = read(
        written("a.jsonl", good + b"\n{cut\n\n" + good.replace(b"1", b"2", 1))
    )
    assert rows == 4
    assert [one(first).source_event_id, one(last).source_event_id] == ["1", "2"]
    with pytest.raises(RefusedDeliveryError, match="JSON"):
        parse(cut)


def test_parquet_keeps_types_digits_and_instants(tmp_path):
    at = datetime(2026, 5, 4, 10, tzinfo=UTC)
    row = {
        "event_id": "1", "event_type": "charge_recorded", "order_id": 2**60, "occurred_at": at,
        "charge": {"code": "freight", "amount": Decimal("12.345678901234"), "currency": "USD"},
        "lines": [{"line": "1", "sku": None, "quantity": 2}], "site": None,
    }  # fmt: skip
    rows, (delivery,) = read(parquet(tmp_path / "a.parquet", [row]))
    event = one(delivery)
    assert (rows, str(event.order), event.occurred_at) == (1, f"order:{2**60}", at)
    assert event.charge.amount == Decimal("12.345678901234")
    assert event.units == 2


def test_parquet_of_nanoseconds_and_local_times_is_read(tmp_path):
    naive = pa.array([1777888800_000000123], pa.timestamp("ns"))
    columns = {"event_id": ["1"], "event_type": ["order_paid"], "order_id": ["S"]}
    zone = {"time_zone": ["America/New_York"]}
    table = pa.table({**columns, "occurred_at": naive, **zone})
    pq.write_table(table, tmp_path / "a.parquet")
    _, (delivery,) = read(tmp_path / "a.parquet")
    assert one(delivery).occurred_at.isoformat() == "2026-05-04T14:00:00+00:00"


def test_a_damaged_parquet_is_refused_before_anything_lands(tmp_path):
    rows = [{"event_id": str(n), "event_type": "order_paid", "occurred_at": "x"} for n in range(99)]
    path = parquet(tmp_path / "a.parquet", rows)
    whole = path.read_bytes()
    for damaged in (whole[:-20], whole[:4] + b"\xff" * 60 + whole[64:], b"PAR1"):
        path.write_bytes(damaged)
        with pytest.raises(BadInputError, match="no whole Parquet"):
            tables.read(path, Format.PARQUET, TO)


def test_the_ending_tells_the_format_and_a_name_may_overrule_it(written):
    assert tables.format_of(written("A.TSV", ""), None) is Format.CSV
    assert tables.format_of(written("a.txt", ""), Format.NDJSON) is Format.NDJSON
    with pytest.raises(BadInputError, match="--format csv, ndjson, parquet"):
        tables.format_of(written("a.txt", ""), None)


def test_each_transaction_of_an_interchange_is_a_delivery_and_one_that_is_wrong_harms_no_other(
    written,
):
    whole = sent(x12("945", *ADVICE), x12("214", "B10*"), x12("214", *STATUS), x12("997", "AK1"))
    bulk = documents.read_x12(written("a.edi", whole.body), TO)
    advice, bad, status, other = bulk.deliveries
    assert bulk.rows == 4
    assert events(advice)[0].event_type == "shipped"
    assert len(events(status)) == 4
    assert parse(other).reason
    with pytest.raises(RefusedDeliveryError, match="B1001"):
        parse(bad)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"UNA", "a.edi is no X12 interchange"),
        (sent(["ST*214*1", "B10*1"]).body, "a.edi ends within a transaction"),
        (sent(x12("210", "B3*1")).body, "a.edi holds 210 and no 214, 856, 945"),
    ],
)
def test_an_interchange_that_tells_no_work_is_refused_whole(written, body, sentence):
    with pytest.raises(BadInputError) as error:
        documents.read_x12(written("a.edi", body), TO)
    assert sentence in str(error.value)


@needs_data
def test_each_event_of_an_epcis_document_is_a_delivery_and_keeps_its_identity():
    name = "epcisDocHavingEventWithIgnoreFields"
    path = DATA / "wms" / "epcis_hash_vectors" / "examples" / f"{name}.jsonld"
    bulk = documents.read_epcis(path, TO)
    assert bulk.rows == len(list(bulk.deliveries)) == 2


def test_an_epcis_event_from_a_file_is_the_event_of_its_document(written):
    extended = {**BASE, "example:captureID": "7", "example:note": "n"}
    whole = document(
        extended,
        {**BASE, "bizStep": "shiping"},
        **{"@context": [{"example": "https://x/"}], "example:ignoreFields": ["example:captureID"]},
    )
    path = written("a.jsonld", orjson.dumps(whole))
    first, bad = documents.read_epcis(path, TO).deliveries
    alone = {**whole, "epcisBody": {"eventList": [{**extended, "example:captureID": "8"}]}}
    path.write_bytes(orjson.dumps(alone))
    (again,) = documents.read_epcis(path, TO).deliveries
    assert one(first).source_event_id == one(again).source_event_id
    with pytest.raises(RefusedDeliveryError, match="shipping"):
        parse(bad)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"a":\n', "a.jsonld:"),
        (b"<epcis/>", "XML is not read"),
        (b"{}", r"epcisBody.eventList"),
    ],
)
def test_what_is_no_epcis_document_is_refused_whole(written, body, sentence):
    with pytest.raises(BadInputError) as error:
        documents.read_epcis(written("a.jsonld", body), TO)
    assert sentence in str(error.value)


def test_an_epcis_event_that_nests_too_deep_harms_no_other(written):
    deep = b'{"a":' * 300 + b"1" + b"}" * 300
    path = written("a.jsonld", b"[" + deep + b"," + orjson.dumps(BASE) + b"]")
    bad, good = documents.read_epcis(path, TO).deliveries
    assert one(good).event_type == "shipped"
    with pytest.raises(RefusedDeliveryError, match=r"a\.jsonld: eventList\.0 nests too deep"):
        parse(bad)
