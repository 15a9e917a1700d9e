"""Which parts of a payload are personal: blanked, and nothing else."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from e2a.domain.privacy import redact

ORDER = {
    "id": 5001,
    "name": "#1001",
    "created_at": "2026-05-01T10:00:00-04:00",
    "email": "ann@example.com",
    "contact_email": "ann@example.com",
    "phone": "+1 555 0100",
    "browser_ip": "192.0.2.1",
    "note": "ring twice, Ann",
    "currency": "USD",
    "total_price": "12.50",
    "customer": {
        "id": 77, "first_name": "Ann", "last_name": "Archer", "tags": "vip Ann",
        "default_address": {"address1": "1 Elm Street", "country_code": "US"},
    },
    "shipping_address": {
        "name": "Ann Archer", "address1": "1 Elm Street", "city": "Springfield", "zip": "12345",
        "province": "Illinois", "country": "United States", "country_code": "US",
        "latitude": 41.5, "longitude": -87.2, "company": "Archer Ltd",
    },
    "client_details": {"user_agent": "Ann's phone"},
    "note_attributes": [
        {"name": "promised_at", "value": "2026-05-04T20:00:00Z"},
        {"name": "gift_message", "value": "Love, Ann"},
    ],
    "line_items": [{"id": 11, "sku": "A-1", "quantity": 3, "fulfillable_quantity": 2}],
    "fulfillments": [
        {
            "id": 3, "tracking_number": "1Z999", "created_at": "2026-05-02T10:00:00Z",
            "destination": {"city": "Springfield", "country": "US", "zip": "12345"},
        }
    ],
}  # fmt: skip
PERSONAL = [
    "Ann",
    "ann@",
    "Archer",
    "Elm",
    "Springfield",
    "12345",
    "555",
    "192.0.2",
    "41.5",
    "87.2",
]


def blank(value):
    return orjson.loads(redact(orjson.dumps(value)))


@pytest.mark.parametrize("word", PERSONAL)
def test_what_names_or_finds_a_person_is_gone(word):
    assert word in orjson.dumps(ORDER).decode()
    assert word not in redact(orjson.dumps(ORDER)).decode()


def test_what_verdicts_and_invoices_need_stays():
    found = blank(ORDER)
    for key in ("id", "name", "created_at", "currency", "total_price", "line_items"):
        assert found[key] == ORDER[key]
    assert found["shipping_address"]["country"] == "United States"
    assert found["shipping_address"]["country_code"] == "US"
    assert found["fulfillments"][0]["tracking_number"] == "1Z999"
    assert found["fulfillments"][0]["created_at"] == "2026-05-02T10:00:00Z"
    assert found["fulfillments"][0]["destination"]["country"] == "US"


def test_a_promise_in_a_note_attribute_stays_and_a_message_goes():
    promise, message = blank(ORDER)["note_attributes"]
    assert promise == {"name": "promised_at", "value": "2026-05-04T20:00:00Z"}
    assert message == {"name": "gift_message", "value": None}


def test_no_key_disappears():
    def keys(value):
        if isinstance(value, dict):
            return {k: keys(v) for k, v in value.items()}
        return [keys(v) for v in value] if isinstance(value, list) else None

    assert keys(blank(ORDER)) == keys(ORDER)


def test_keys_are_known_whatever_their_case():
    assert blank({"Email": "a@b.c", "PHONE": "1", "Zip": "9"}) == {
        "Email": None, "PHONE": None, "Zip": None
    }  # fmt: skip


def test_a_personal_object_is_blanked_to_its_depths():
    assert blank({"customer": {"a": [{"b": {"c": "Ann"}}]}}) == {
        "customer": {"a": [{"b": {"c": None}}]}
    }


def test_what_is_no_json_has_no_redaction():
    assert redact(b"a,b\nAnn,1") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("abc", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "value", "email", "customer", "x"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_redacting_twice_is_redacting_once(value):
    once = redact(orjson.dumps(value))
    assert redact(once) == once
