"""Every published vector, and what is near it but not it."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from e2a.domain.errors import BadInputError
from e2a.gateway.rsa import SHIPENGINE, keys_of
from e2a.gateway.senders import SENDERS

DATA = Path(__file__).parents[3] / "shared" / "data"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SHOPIFY = [
    ("hush", b'"my secret message"', "hMTq0K2x7oyOjoBwGYeTj5oxfnaVYXzbanUG9aajpKI="),
    ("test_secret_key", b'{"foo": "bar"}', "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="),
    ("Convoy", b"Test Payload Body", "16FUVH58NeMcTIIOICN2UJOcPTTa4TbjCndXymGrtM8="),
]
SHIPHERO_BODY = b'{"test":"0","webhook_type":"Order Packed Out","order_id":5678}'
STANDARD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
STANDARD_AT = datetime.fromtimestamp(1614265330, UTC)
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SHIPPO_AT = datetime.fromtimestamp(1693311212, UTC)
SHIPPO_BODY = b'{"event":"track_updated","test":true}'
SHIPPO = "t=1693311212,v1=3fd4c3b798e0acd132df36a46db77c19cfb4fcbdd0e9ca930c767ca4371a7e23"


def check(sender, headers, body, secret, now=NOW):
    return SENDERS[sender].signature.check(headers, body, secret.encode(), now)


@pytest.mark.parametrize(("secret", "body", "signature"), SHOPIFY)
@pytest.mark.parametrize("header", ["x-shopify-hmac-sha256", "shopify-hmac-sha256"])
def test_shopify_signs_the_raw_body_in_either_spelling_of_its_header(
    header, secret, body, signature
):
    assert check("shopify", {header: signature}, body, secret) is None
    assert check("shopify", {header: signature}, body + b" ", secret) == "forged"
    assert check("shopify", {header: signature}, body, secret + "x") == "forged"


def test_easypost_normalises_the_secret_and_nothing_else_will_do():
    file = DATA / "carrier" / "easypost_examples" / "fixtures" / "event-body.json"
    if not file.is_file():
        pytest.skip("the shared data is not here")
    body = file.read_bytes().removesuffix(b"\n")
    assert len(body) == 3550
    right = "38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db"
    headers = {"x-hmac-signature": f"hmac-sha256-hex={right}"}
    assert check("easypost", headers, body, "s\u00e9cret") is None
    assert check("easypost", headers, body, "se\u0301cret") is None
    assert check("easypost", headers, body + b"\n", "s\u00e9cret") == "forged"
    plain = hmac.digest("s\u00e9cret".encode(), body, sha256).hex()
    assert plain.startswith("7f1669d6")
    without = {"x-hmac-signature": f"hmac-sha256-hex={plain}"}
    assert check("easypost", without, body, "s\u00e9cret") == "forged"


def test_shiphero_and_aftership_sign_the_raw_body_in_base64():
    signature = "gQk1KcSRExiWp7GQpX3NQAa6468fhsyzWqPZ2nrkjJI="
    for sender, header in (
        ("shiphero", "x-shiphero-hmac-sha256"),
        ("aftership", "aftership-hmac-sha256"),
    ):
        headers = {header: signature}
        assert check(sender, headers, SHIPHERO_BODY, "shared_signature_secret_example") is None
        assert (
            check(sender, headers, SHIPHERO_BODY[:-1], "shared_signature_secret_example")
            == "forged"
        )


def test_sendcloud_signs_the_raw_body_in_hex():
    right = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"
    assert (
        check("sendcloud", {"sendcloud-signature": right}, b'{"key": "value"}', "secretkey") is None
    )
    assert (
        check("sendcloud", {"sendcloud-signature": right}, b'{"key":"value"}', "secretkey")
        == "forged"
    )


def test_shippo_signs_the_time_with_the_body():
    headers = {"shippo-auth-signature": SHIPPO}
    assert check("shippo", headers, SHIPPO_BODY, "shippo_secret_example", SHIPPO_AT) is None
    later = {"shippo-auth-signature": SHIPPO.replace("1693311212", "1693311213")}
    assert check("shippo", later, SHIPPO_BODY, "shippo_secret_example", SHIPPO_AT) == "forged"


@pytest.mark.parametrize("sender", ["shipbob", "wms", "batch", "carrier", "file"])
def test_standard_webhooks_take_any_signature_of_the_list(sender):
    def given(**changed):
        return check(sender, STANDARD | changed, STANDARD_BODY, STANDARD_SECRET, STANDARD_AT)

    assert given() is None
    both = "v1,AAAA v2,x " + STANDARD["webhook-signature"]
    assert given(**{"webhook-signature": both}) is None
    assert given(**{"webhook-signature": "v1,AAAA"}) == "forged"
    assert given(**{"webhook-id": "msg_other"}) == "forged"
    assert given(**{"webhook-timestamp": "1614265331"}) == "forged"


def test_a_secret_that_is_no_key_signs_nothing():
    """Otherwise whoever signs with the empty key would be let in."""
    signed = b"id.1614265330.{}"
    forged = "v1," + base64.b64encode(hmac.digest(b"", signed, sha256)).decode()
    headers = {"webhook-id": "id", "webhook-timestamp": "1614265330", "webhook-signature": forged}
    for secret in ("", "whsec_", "whsec_!!"):
        assert check("wms", headers, b"{}", secret, STANDARD_AT) == "forged"


@pytest.mark.parametrize(
    ("sender", "headers", "body", "secret", "at"),
    [
        ("shipbob", STANDARD, STANDARD_BODY, STANDARD_SECRET, STANDARD_AT),
        (
            "shippo", {"shippo-auth-signature": SHIPPO}, SHIPPO_BODY, "shippo_secret_example",
            SHIPPO_AT,
        ),
    ],
)  # fmt: skip
def test_a_signature_is_good_for_five_minutes_either_way(sender, headers, body, secret, at):
    for minutes, verdict in ((-5.01, "stale"), (-5, None), (5, None), (5.01, "stale")):
        assert check(sender, headers, body, secret, at + timedelta(minutes=minutes)) == verdict


@pytest.mark.parametrize(
    "sender", [s for s in SENDERS.values() if s.signature], ids=lambda s: s.word
)
def test_an_empty_body_and_a_missing_header_are_refused(sender):
    headers = {spellings[0]: "x" for spellings in sender.signature.headers}
    assert sender.signature.check(headers, b"", b"secret", NOW) == "missing"
    assert sender.signature.check({}, b"{}", b"secret", NOW) == "missing"


@pytest.mark.parametrize("text", ["", "x", "é", "v1,é", "t=1,v1=", "=,=", "hmac-sha256-hex="])
@pytest.mark.parametrize(
    "sender", [s for s in SENDERS.values() if s.signature], ids=lambda s: s.word
)
def test_no_text_in_a_signature_header_breaks_a_check(sender, text):
    headers = {spellings[0]: text for spellings in sender.signature.headers}
    assert sender.signature.check(headers, b"{}", b"secret", NOW) in ("missing", "forged")


class TestShipEngine:
    KEY = rsa.generate_private_key(65537, 2048)
    STAMP = "2026-05-04T12:00:00Z"

    def jwks(self, kid="k1", key=None):
        numbers = (key or self.KEY).public_key().public_numbers()
        parts = {
            name: base64.urlsafe_b64encode(n.to_bytes((n.bit_length() + 7) // 8, "big")).decode()
            for name, n in (("n", numbers.n), ("e", numbers.e))
        }
        return json.dumps({"keys": [{"kty": "RSA", "kid": kid, **parts}]})

    def headers(self, body, stamp=STAMP, kid="k1"):
        signed = self.KEY.sign(stamp.encode() + b"." + body, padding.PKCS1v15(), SHA256())
        return {
            "x-shipengine-rsa-sha256-signature": base64.b64encode(signed).decode(),
            "x-shipengine-rsa-sha256-key-id": kid,
            "x-shipengine-timestamp": stamp,
        }

    def test_signs_the_time_with_the_body_by_a_key_of_its_set(self):
        headers = self.headers(b"{}")
        assert SHIPENGINE.check(headers, b"{}", self.jwks().encode(), NOW) is None
        assert SHIPENGINE.check(headers, b"{ }", self.jwks().encode(), NOW) == "forged"
        assert SHIPENGINE.check(headers, b"{}", self.jwks("k2").encode(), NOW) == "forged"
        other = rsa.generate_private_key(65537, 2048)
        assert SHIPENGINE.check(headers, b"{}", self.jwks(key=other).encode(), NOW) == "forged"

    def test_five_minutes_either_way(self):
        headers, keys = self.headers(b"{}"), self.jwks().encode()
        for minutes, verdict in ((-5.1, "stale"), (-4.9, None), (4.9, None), (5.1, "stale")):
            at = NOW + timedelta(minutes=minutes)
            assert SHIPENGINE.check(headers, b"{}", keys, at) == verdict

    @pytest.mark.parametrize(
        "text", ["", "{}", "[]", '{"keys": []}', '{"keys": [{"kty": "RSA"}]}', "x"]
    )
    def test_a_key_set_without_an_rsa_key_is_refused_when_it_is_registered(self, text):
        with pytest.raises(BadInputError, match="not a JWKS"):
            keys_of(text.encode())

    def test_a_short_key_is_refused(self):
        with pytest.raises(BadInputError, match="2,048 bits"):
            keys_of(self.jwks(key=rsa.generate_private_key(65537, 1024)).encode())
