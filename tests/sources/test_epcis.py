"""EPCIS 2.0: the step says what was done, the content who it is, a declaration what is void."""

import copy

import pytest

from e2a.domain.deliveries import Events, RefusedDeliveryError, Source
from e2a.sources.epcis.documents import context_of, events_in
from e2a.sources.epcis.gs1 import normal
from e2a.sources.epcis.identity import content_hash
from e2a.sources.registry import parse
from tests.sources.samples import DATA, deliver, events, needs_data, nothing, one, read

VECTORS = DATA / "wms" / "epcis_hash_vectors" / "examples"
DOCUMENTS = sorted(path.stem for path in VECTORS.glob("*.jsonld"))
BASE = {
    "type": "ObjectEvent", "eventTime": "2026-05-01T10:00:00.5+02:00",
    "eventTimeZoneOffset": "+02:00", "action": "OBSERVE", "bizStep": "shipping",
    "epcList": ["urn:epc:id:sgtin:4012345.011111.1", "urn:epc:id:sgtin:4012345.011111.2"],
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:401:RE9"}],
}  # fmt: skip
SSCC = "urn:epc:id:sscc:4012345.0000000333"


def document(*listed, **fields):
    return {"type": "EPCISDocument", "epcisBody": {"eventList": list(listed)}, **fields}


def sent(body, **headers):
    return deliver(Source.WMS, body, e2a_dialect="epcis", **headers)


def sent_event(**fields):
    return sent(document({**BASE, **fields}))


@needs_data
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_published_hash_of_an_event_is_its_identity(name):
    body = read(f"wms/epcis_hash_vectors/examples/{name}.jsonld")
    context = context_of(body, sent(body))
    found = [content_hash(event, context) for event in events_in(body)]
    published = (VECTORS / f"{name}.hashes").read_text().split()
    assert found == published[: len(found)]


@needs_data
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_becomes_events_or_nothing_with_a_reason(name):
    parsed = parse(sent(read(f"wms/epcis_hash_vectors/examples/{name}.jsonld")))
    assert parsed.events if isinstance(parsed, Events) else parsed.reason


@pytest.mark.parametrize(
    ("step", "fields", "expected"),
    [
        ("shipping", {}, "shipped"),
        ("https://ref.gs1.org/cbv/BizStep-departing", {}, "shipped"),
        ("urn:epcglobal:cbv:bizstep:picking", {}, "pick_completed"),
        ("cbv:BizStep-packing", {"action": "ADD"}, "pack_completed"),
        ("receiving", {}, "receipt_arrived"),
        ("storing", {}, "receipt_completed"),
        ("receiving", {"disposition": "returned"}, "return_received"),
        ("transporting", {"epcList": [SSCC]}, "carrier_scan"),
        ("holding", {}, "exception_reported"),
    ],
)
def test_a_business_step_becomes_what_it_is_to_us(step, fields, expected):
    assert one(sent_event(bizStep=step, **fields)).event_type == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"bizStep": "commissioning"},
        {"bizStep": "packing", "action": "DELETE"},
        {"bizStep": "http://epcis.example.com/user/vocab/bizstep/exampling"},
        {"bizStep": None},
        {"bizTransactionList": []},
        {"type": "TransformationEvent"},
    ],
)
def test_what_states_no_work_is_nothing_to_do(fields):
    assert nothing(sent_event(**fields))


def test_an_order_is_a_business_transaction_and_lines_count_serial_numbers_and_classes():
    counted = [
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 10},
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.L2", "quantity": 2.0},
        {"epcClass": "urn:epc:class:lgtin:4012345.012345.L3", "quantity": 5, "uom": "KGM"},
    ]
    event = one(sent_event(quantityList=counted))
    assert str(event.order) == "epcis:urn:epcglobal:cbv:bt:401:RE9"
    assert [(line.sku, line.quantity) for line in event.lines] == [
        ("04012345111118", 2),
        ("04012345123456", 12),
    ]
    assert event.attributes["quantities"][0]["uom"] == "KGM"
    assert event.occurred_at.isoformat() == "2026-05-01T08:00:00.500000+00:00"


def test_the_credential_says_whose_number_a_transaction_ends_in():
    aliased = one(sent(document(BASE), e2a_order_namespace="shopify"))
    assert [str(alias) for alias in aliased.aliases] == ["shopify:RE9"]
    assert one(sent(document(BASE))).aliases == ()


def test_several_logistic_units_are_a_fact_each_and_a_declaration_voids_all_of_them():
    units = [SSCC, "urn:epc:id:sscc:4012345.0000000222"]
    found = events(sent_event(epcList=units))
    assert [str(event.shipment) for event in found] == [
        "sscc:040123450000003338",
        "sscc:040123450000002225",
    ]
    void = one(sent_event(epcList=units, errorDeclaration={"reason": "incorrect_data"}))
    assert set(void.corrects) == {event.source_event_id for event in found}


def test_trap_10_a_declaration_voids_by_id_and_by_content_and_names_the_corrections():
    named = {**BASE, "eventID": "urn:uuid:1"}
    error = {
        "declarationTime": "2026-05-02T00:00:00Z", "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:2"],
    }  # fmt: skip
    void = one(sent(document({**named, "errorDeclaration": error})))
    assert void.event_type == "event_voided"
    assert void.corrects == ("urn:uuid:1", one(sent(document(BASE))).source_event_id)
    assert (void.attributes["corrected_by"], void.reason) == (["urn:uuid:2"], "incorrect_data")
    assert void.occurred_at.day == 2


@needs_data
def test_trap_10_the_sample_declaration_voids_its_event():
    name = "epcisDocWithXMLstartTagAndErrorDeclaration"
    event = one(sent(read(f"wms/epcis_hash_vectors/examples/{name}.jsonld")))
    assert event.event_type == "event_voided"
    assert "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8" in event.corrects


def test_an_event_captured_again_in_another_spelling_is_the_same_fact():
    other = copy.deepcopy(BASE)
    other |= {
        "eventTime": "2026-05-01T08:00:00.500Z", "recordTime": "2026-05-02T00:00:00Z",
        "bizStep": "https://ref.gs1.org/cbv/BizStep-shipping",
        "epcList": ["https://id.gs1.de/01/04012345111118/21/2",
                    "https://example.com/a/gtin/04012345111118/21/1?x=1"],
    }  # fmt: skip
    first, again = one(sent(document(BASE))), one(sent(document(other)))
    assert first.source_event_id == again.source_event_id
    assert first.fragment["hash"] == again.fragment["hash"]


def test_a_bare_event_a_list_and_a_query_answer_are_documents_too():
    answer = {
        "type": "EPCISQueryDocument",
        "epcisBody": {"queryResults": {"resultsBody": {"eventList": [BASE]}}},
    }
    whole = events(sent(document(BASE)))
    assert events(sent(BASE)) == events(sent([BASE])) == events(sent(answer)) == whole


def test_a_clock_without_offset_is_that_of_its_zone_field():
    event = one(sent_event(eventTime="2026-05-01T10:00:00"))
    assert event.occurred_at.hour == 8
    assert not event.time_flags


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"<?xml version='1.0'?><epcis/>", "XML"),
        ({"type": "EPCISDocument"}, r"epcisBody\.eventList"),
        (document({**BASE, "bizStep": "shiping"}), "`shipping`"),
        (document({**BASE, "eventTime": "yesterday"}), r"eventList\.0"),
        (document(BASE, {"type": "ObjectEvent"}), r"eventList\.1\.eventTime"),
        (document("text"), r"eventList\.0"),
    ],
)
def test_what_cannot_be_read_names_the_event_and_the_field(body, match):
    with pytest.raises(RefusedDeliveryError, match=match):
        parse(sent(body))


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("urn:epc:id:sscc:4012345.0000000333", "/00/040123450000003338"),
        ("urn:epc:id:giai:4012345.A.B.C", "/8004/4012345A.B.C"),
        ("urn:epc:id:sgtin:4012345", None),
        ("urn:epc:id:nothing:1.2.3", None),
        ("http://transaction.acme.com/po/12345678", None),
    ],
)
def test_an_identifier_has_one_spelling_and_other_texts_keep_theirs(urn, link):
    assert normal(urn) == (f"https://id.gs1.org{link}" if link else urn)
