"""Slack: incoming webhooks, and the chat API, which can change what it has said.

Neither knows an idempotency key: a repeat after a lost answer is a second message. A change by
`ts` can be repeated without harm.
"""

from datetime import datetime

import httpx
import orjson

from e2a.alerts.claimed import Answer, Claimed
from e2a.alerts.roads.answers import post
from e2a.alerts.secrets import Environment, secret
from e2a.domain.alert_wording import text
from e2a.domain.errors import ConfigurationError
from e2a.domain.policies.alerts import SlackChatText, SlackWebhookText, usable_url

_JSON = {"content-type": "application/json; charset=utf-8"}
_CANNOT_CHANGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_UNACCEPTABLE = frozenset({"msg_too_long", "no_text", "invalid_arguments"})
_MAY_HAVE_IT = frozenset({"internal_error", "fatal_error", "request_timeout"})


def to_webhook(
    road: SlackWebhookText, claimed: Claimed, client: httpx.Client, env: Environment, now: datetime
) -> Answer:
    """Post to an incoming webhook.

    Raises:
        ConfigurationError: the URL is not set, or none that may be used.
    """
    url = checked_url(env, road.url_env)
    return post(client, url, orjson.dumps({"text": escaped(claimed)}), _JSON, now)[0]


def to_chat(
    road: SlackChatText, claimed: Claimed, client: httpx.Client, env: Environment, now: datetime
) -> Answer:
    """Post to a channel, or change the message that this one takes back.

    Raises:
        ConfigurationError: the token is not set.
    """
    headers = _JSON | {"authorization": f"Bearer {secret(env, road.token_env)}"}
    said = {"text": escaped(claimed), "unfurl_links": False}

    def call(method: str, where: dict[str, str]) -> Answer:
        body = orjson.dumps(said | where)
        return _meaning(*post(client, f"{road.api}/{method}", body, headers, now))

    if place := claimed.replaces:
        answer = call("chat.update", {"channel": place["channel"], "ts": place["ts"]})
        if answer.said not in _CANNOT_CHANGE:
            return answer
    return call("chat.postMessage", {"channel": road.channel})


def _meaning(answer: Answer, body: bytes) -> Answer:
    """Slack says 200 and what is wrong."""
    if answer.verdict != "accepted":
        return answer
    try:
        said = orjson.loads(body)
        error, place = said.get("error"), {key: said.get(key) for key in ("channel", "ts")}
    except (orjson.JSONDecodeError, AttributeError):
        return Answer("failed", "no JSON came back", is_uncertain=True)
    if said.get("ok") is True:
        return Answer("accepted", "ok", place=place if all(place.values()) else None)
    if error in _UNACCEPTABLE:
        return Answer("refused", str(error))
    if error in ("ratelimited", "rate_limited"):
        return Answer("busy", str(error))
    return Answer("failed", str(error)[:200], is_uncertain=error in _MAY_HAVE_IT)


def escaped(claimed: Claimed) -> str:
    """The text, with the three signs escaped that Slack takes for commands."""
    said = text(claimed.told)
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def checked_url(env: Environment, variable: str) -> str:
    """The URL in a variable.

    Raises:
        ConfigurationError: it is not set, or messages may not go there.
    """
    url = secret(env, variable)
    try:
        return usable_url(url)
    except ValueError as error:
        raise ConfigurationError(f"{variable}: {error}", "Correct it") from None
