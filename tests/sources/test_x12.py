"""X12: what a warehouse shipped (945, 856) and what a motor carrier did with it (214)."""

import pytest

from e2a.domain.deliveries import RefusedDeliveryError, Source
from e2a.domain.events import TimeFlag
from e2a.sources.registry import parse
from tests.sources.samples import DATA, deliver, events, needs_data, nothing, one

SAMPLES = DATA / "rates_invoices" / "edi_net_samples"
ISA = (
    "ISA*00*          *00*          *ZZ*WAREHOUSE      *ZZ*DEPOSITOR      "
    "*260501*1303*U*00401*000000055*0*T*>"
)
ADVICE = (
    "W06*F*SO-1*20260501*SH-9**PO-7", "N1*ST*JOHN DOE", "N9*2I*1Z9", "G62*11*20260501*1*1430*CT",
    "W27*M*UPSN", "LX*1", "W12*SH*5*3*2*EA**VN*TEE", "LX*2", "W12*SH*1*1**EA**VN*MUG",
    "W03*4",
)  # fmt: skip
STATUS = (
    "B10*PRO-1*LOAD-1*LNHL", "LX*1", "AT7*X3*NS***20260501*0800*ET", "MS1*RENO*NV",
    "LX*2", "AT7*AF*NS***20260501*0930*ET", "MS1*RENO*NV*US", "LX*3",
    "AT7*X1*NS***20260502*1200*LT", "AT7*SD*AE***20260502*1300*UT", "LX*4",
    "AT7*D1*NS***20260502*1500*PD",
)  # fmt: skip
NOTICE = (
    "BSN*00*ASN-1*20260501*1400*0001", "HL*1**S", "TD5**2*UPSN", "REF*CN*PRO-1",
    "DTM*011*20260501*1500*UT",
    "HL*2*1*O", "PRF*PO-7", "HL*3*2*P", "MAN*GM*00340123450000003338", "HL*4*3*I", "LIN*1*SK*TEE",
    "SN1**2*EA", "HL*5*2*P", "MAN*CP*1Z8", "HL*6*5*I", "LIN*2*UP*0614141000036*SK*MUG", "SN1**1*EA",
    "HL*7*1*O", "PRF*PO-8",
)  # fmt: skip


def x12(kind, *segments, number="0001"):
    return [f"ST*{kind}*{number}", *segments, f"SE*9*{number}"]


def sent(*transactions, end="~\n", source=Source.FILE, **headers):
    text = end.join((ISA, "GS*SW*A*B", *(s for t in transactions for s in t), "GE*1*1", "IEA*1*1"))
    return deliver(source, (text + end).encode(), e2a_dialect="x12", **headers)


def said(event):
    return event.status.value if event.status else event.event_type.value


def test_a_945_ships_the_depositors_order_with_the_units_that_left():
    event = one(sent(x12("945", *ADVICE), e2a_order_namespace="shopify"))
    assert event.event_type == "shipped"
    assert (str(event.order), str(event.shipment)) == ("shopify:SO-1", "tracking:1Z9")
    assert [(line.sku, line.quantity) for line in event.lines] == [("TEE", 3), ("MUG", 1)]
    assert event.occurred_at.isoformat() == "2026-05-01T19:30:00+00:00"
    assert event.attributes["short"] == {"TEE": 2}
    assert "JOHN" not in str(event)


def test_marks_divide_a_945_into_parcels():
    marked = (*ADVICE[:6], "MAN*CP*1Z1", ADVICE[6], ADVICE[7], "MAN*CP*1Z2", *ADVICE[8:])
    found = events(sent(x12("945", *marked)))
    assert [(str(e.shipment), e.lines[0].sku) for e in found] == [
        ("tracking:1Z1", "TEE"),
        ("tracking:1Z2", "MUG"),
    ]


def test_a_945_that_tells_only_a_day_is_flagged_and_the_senders_zone_is_used():
    bare = [segment for segment in ADVICE if not segment.startswith("G62")]
    event = one(sent(x12("945", *bare), e2a_time_zone="America/Chicago"))
    assert event.occurred_at.isoformat() == "2026-05-01T05:00:00+00:00"
    assert event.time_flags == {TimeFlag.ASSUMED_TIME}


def test_a_214_is_scans_and_arrival_at_the_door_is_not_delivery():
    found = events(sent(x12("214", *STATUS)))
    assert [said(event) for event in found] == [
        "picked_up", "out_for_delivery", "exception", "delivered",
    ]  # fmt: skip
    assert [event.occurred_at.isoformat()[11:16] for event in found] == [
        "13:30", "12:00", "13:00", "22:00",
    ]  # fmt: skip
    assert found[0].attributes == {
        "carrier": "LNHL", "place": {"city": "RENO", "state": "NV", "country": "US"},
    }  # fmt: skip
    assert (found[1].time_flags, found[2].reason) == ({TimeFlag.ASSUMED_ZONE}, "SD_AE")
    assert {(str(e.shipment), e.correlation_id) for e in found} == {("tracking:PRO-1", "LOAD-1")}


def test_an_856_ships_each_order_carton_by_carton():
    found = events(sent(x12("856", *NOTICE)))
    assert [(str(e.order), str(e.shipment), [line.sku for line in e.lines]) for e in found] == [
        ("order:PO-7", "sscc:340123450000003338", ["TEE"]),
        ("order:PO-7", "tracking:1Z8", ["MUG"]),
        ("order:PO-8", "tracking:PRO-1", []),
    ]
    assert {event.occurred_at.hour for event in found} == {15}


def test_a_cancelled_856_voids_what_it_had_stated():
    found = events(sent(x12("856", *NOTICE)))
    void = one(sent(x12("856", NOTICE[0].replace("*00*", "*01*"), *NOTICE[1:])))
    assert void.corrects == tuple(event.source_event_id for event in found)


def test_the_same_transaction_in_another_interchange_is_the_same_fact():
    first, again = one(sent(x12("945", *ADVICE))), one(sent(x12("945", *ADVICE, number="7")))
    assert (first.source_event_id, first.fragment) == (again.source_event_id, again.fragment)


def test_separators_marks_and_line_ends_are_those_of_the_file():
    plain = sent(x12("214", *STATUS))
    assert events(sent(x12("214", *STATUS), end="\n")) == events(plain)
    marked = deliver(Source.WMS, b"\xef\xbb\xbf" + plain.body, e2a_dialect="x12")
    assert events(marked) == events(plain)


@pytest.mark.parametrize(
    ("body", "reason", "match"),
    [
        (sent(x12("945", "W27*M")), "missing_field", "W06"),
        (sent(x12("945", "W06*F**20260501")), "missing_field", "W0602"),
        (sent(x12("945", "W06*F*SO*2026")), "invalid_field", "W0603"),
        (sent(x12("945", *ADVICE[:6], "W12*SH*5*x")), "invalid_field", "W1203 of segment"),
        (sent(x12("214", "B10***LNHL")), "missing_field", "B1001"),
        (deliver(
            Source.FILE, b"UNB+UNOA", e2a_dialect="x12"), "malformed_x12", "no X12"),
        (sent(["ST*214*1", "B10*1"]), "malformed_x12", "ends within"),
        (sent(["ST*214*1"], x12("214", *STATUS)), "malformed_x12", "ends within"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_element(body, reason, match):
    with pytest.raises(RefusedDeliveryError, match=match) as refusal:
        parse(body)
    assert refusal.value.reason == reason


def test_other_transactions_are_nothing_to_do():
    assert "e2a invoices import" in nothing(sent(x12("210", "B3*1")))
    assert "acknowledgement" in nothing(sent(x12("997", "AK1*SW*1"), x12("850", "BEG*00")))
    assert "no transaction" in nothing(sent())


@needs_data
@pytest.mark.parametrize("name", ["214-MGCTLYST-SAMPLE.EDI", "x12.214.edi"])
def test_the_sample_load_is_delivered(name):
    event = one(deliver(Source.FILE, (SAMPLES / name).read_bytes(), e2a_dialect="x12"))
    assert said(event) == "delivered"
    assert (str(event.shipment), event.correlation_id) == ("tracking:1751807", "75027674")
    assert event.occurred_at.isoformat() == "2016-07-26T12:30:00+00:00"


@needs_data
@pytest.mark.parametrize("kind", ["204", "210", "810", "820", "832", "850", "990"])
def test_samples_of_other_kinds_state_no_work(kind):
    (path, *_) = sorted(p for p in SAMPLES.iterdir() if kind in p.name)
    assert nothing(deliver(Source.FILE, path.read_bytes(), e2a_dialect="x12"))
