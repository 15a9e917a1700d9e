"""What leaves: OpenRouter's extras only where they are known, the key in one header and nowhere."""

import pytest

from e2a.analyst.asking import Answered
from e2a.analyst.scripted.answering import answers
from e2a.analyst.settings import Settings, read_settings
from e2a.domain.errors import ConfigurationError
from e2a.domain.exceptions import Severity
from tests.analyst.asking import JUDGE, narrating, request

EXTRAS = {"provider", "reasoning", "session_id", "user", "models"}


@pytest.mark.parametrize("openrouter", [True, False])
def test_extras_are_sent_only_to_who_knows_them(shared, provider, openrouter):
    provider.script = answers
    provider.seen.clear()
    more = {"openrouter": openrouter, "fallback_models": ("scripted/other",)}
    with narrating(shared, provider.url, **more) as narrator:
        narrator.ask(request(), JUDGE)
    seen = provider.seen[-1]
    assert (set(seen.body) & EXTRAS) == (EXTRAS if openrouter else set())
    assert ("x-openrouter-title" in seen.headers) is openrouter
    assert seen.headers["accept-encoding"] == "identity"
    assert seen.body["response_format"]["json_schema"]["strict"] is True
    assert seen.headers["authorization"] == "Bearer sk-scripted"
    assert "demo-3pl" not in str(seen.body)


def test_nothing_of_a_proxy_or_netrc_of_the_environment_is_used(
    shared, provider, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    provider.script = answers
    with narrating(shared, provider.url) as narrator:
        assert isinstance(narrator.ask(request(), JUDGE), Answered)
    assert provider.seen[-1].headers["authorization"] == "Bearer sk-scripted"


def test_the_key_is_in_no_repr():
    made = read_settings({"AI_API_KEY": "sk-secret"})
    assert "sk-secret" not in repr(made)
    assert made.enabled


def test_the_environment_says_how_models_are_asked():
    made = read_settings({
        "OPENROUTER_API_KEY": "k", "AI_PROVIDER_BASE_URL": "http://localhost:8790/v1/",
        "AI_FALLBACK_MODELS": "a/b, c/d", "AI_SAMPLING_SEVERITY": "MEDIUM=0.25",
        "AI_PRICES": "local/m:free=0/0.5", "AI_PURPOSE_SHARES": "policy_review=0.1",
    })  # fmt: skip
    assert (made.base_url, made.openrouter) == ("http://localhost:8790/v1", False)
    assert made.fallback_models == ("a/b", "c/d")
    assert made.sampling[Severity.MEDIUM] == 0.25
    assert made.sampling[Severity.CRITICAL] == 1
    assert str(made.prices["local/m:free"][1]) == "0.5"
    assert read_settings({}) == Settings()
    assert not Settings().enabled


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AI_MAX_DAILY_TOKENS", "-1"), ("AI_MAX_DAILY_TOKENS", "2e5"),
        ("AI_MAX_DAILY_COST_USD", "NaN"), ("AI_MAX_DAILY_COST_USD", "twenty"),
        ("AI_MIN_CONFIDENCE", "55"), ("AI_TIMEOUT_SECONDS", "0"),
        ("AI_RETRY_MAX_ATTEMPTS", "many"), ("AI_AT_ONCE", "0"), ("AI_SAMPLING_SEVERITY", "some"),
        ("AI_SAMPLING_SEVERITY", "HIGH=0.5"), ("AI_FLAVOR", "mistral"),
        ("AI_PROVIDER_BASE_URL", "ftp://somewhere"), ("AI_PRICES", "m=cheap"),
        ("AI_PROVIDER_BASE_URL", "https://u:p@host/v1"), ("AI_API_KEY", "sk-secret\nx"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_a_sentence_that_names_it_and_hides_its_value(name, value):
    with pytest.raises(ConfigurationError, match=name) as raised:
        read_settings({name: value})
    assert value not in str(raised.value) or len(value) < 3
