"""Busy, broken and impolite senders, on a real socket."""

import re

import pytest

from e2a.domain.errors import ConfigurationError
from e2a.pull.feed import Asked
from e2a.pull.http import PullFailedError
from e2a.pull.targets import target
from tests.pull.scripted import Answer, Server, serving
from tests.pull.shop import NOW, TENANT, TOKENS

NONE = Answer({"orders": []})


def asked(server: Server, slept: list[float] | None = None) -> tuple[list[float], list[str]]:
    """One page of orders asked for; the waits, noted instead of slept, and what was said."""
    waits: list[float] = [] if slept is None else slept
    said: list[str] = []
    wanted = target("shopify", TENANT, TOKENS, server.url)
    with wanted.client() as client:
        api = wanted.api(client, waits.append, said.append, lambda: NOW)
        wanted.feed.page(api, Asked(TENANT, NOW, NOW), None)
    return waits, said


@pytest.mark.parametrize(
    ("busy", "waits"),
    [
        (Answer(status=429, headers={"retry-after": "7"}), [7.0]),
        (Answer(status=429, headers={"retry-after": "0.5"}), [1.0]),
        (Answer(status=429, headers={"retry-after": "Mon, 04 May 2026 12:00:30 GMT"}), [30.0]),
        (Answer(status=429, headers={"retry-after": "soon"}), [1.0]),
        (Answer(status=503), [1.0]),
        (Answer({"orders": []}, cut=True), [1.0]),
    ],
)
def test_a_busy_sender_is_asked_again_when_it_wants(busy, waits):
    with serving([busy, NONE]) as server:
        slept, said = asked(server)
    assert slept == waits
    assert len(said) == 1


def test_waits_grow_and_end():
    slept: list[float] = []
    with (
        serving(lambda request: Answer(status=502)) as server,
        pytest.raises(PullFailedError, match="6 times and said 502"),
    ):
        asked(server, slept)
    assert slept == [1, 2, 4, 8, 16]


def test_a_sender_that_asks_for_an_hour_is_left_to_the_next_pull():
    with (
        serving([Answer(status=429, headers={"retry-after": "3600"})]) as server,
        pytest.raises(PullFailedError, match="asks to wait 3600 s"),
    ):
        asked(server)


def test_shopifys_bucket_is_left_room():
    full = {"x-shopify-shop-api-call-limit": "38/40"}
    with serving([Answer({"orders": []}, headers=full)]) as server:
        assert asked(server)[0] == [9.0]
    roomy = {"x-shopify-shop-api-call-limit": "20/40"}
    with serving([Answer({"orders": []}, headers=roomy)]) as server:
        assert asked(server)[0] == []


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Answer(status=401), ConfigurationError, "refuses the token"),
        (Answer(status=403), ConfigurationError, "refuses the token"),
        (Answer(status=404), ConfigurationError, "Correct the base URL"),
        (Answer(status=301, headers={"location": "http://elsewhere/"}), ConfigurationError, "301"),
        (Answer(status=418), PullFailedError, "said 418"),
        (Answer(b"<html>"), PullFailedError, "something else than JSON"),
        (Answer([]), PullFailedError, "something else than JSON"),
        (Answer({"orders": {}}), PullFailedError, "without a list `orders`"),
        (Answer({"orders": [1]}), PullFailedError, "without a list `orders`"),
    ],
)
def test_what_cannot_be_is_one_sentence_without_the_token(answer, error, words):
    with serving([answer]) as server, pytest.raises(error, match=re.escape(words)) as caught:
        asked(server)
    assert "shpat-secret" not in str(caught.value)
