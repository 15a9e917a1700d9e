"""`alerts.yaml`: who is told about which breaches, when, and over which road.

A secret is never in the file: it names an environment variable of the deliverer, which must begin
with `E2A_ALERTS_`, so that a policy cannot read any other. What is announced when is decided in
`e2a.domain.alerts`.
"""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from e2a.domain.events import Code
from e2a.domain.exceptions import Severity
from e2a.domain.policies.base import LocalTime, PolicyModel, Stage, Zone

LOCAL = ("127.0.0.1", "localhost", "::1")
_VARIABLE = re.compile(r"E2A_ALERTS_[A-Z0-9_]+")
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"{name!r} is no variable for secrets; name it E2A_ALERTS_SOMETHING")
    return name


def usable_url(url: str) -> str:
    """The URL itself, if messages may go there: https, or http on this machine.

    Raises:
        ValueError: it is another one; the message does not repeat it, for it may be a secret.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL)):
        raise ValueError("the URL must begin with https://; http:// goes to this machine only")
    return url


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is no e-mail address")
    return text


Variable = Annotated[str, AfterValidator(_variable)]
Url = Annotated[str, AfterValidator(usable_url)]
Address = Annotated[str, AfterValidator(_address)]
PerMinute = Annotated[int, Field(strict=True, ge=1, le=6000)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=10_080)]


class SlackWebhookText(PolicyModel):
    """An incoming webhook of Slack; its URL is the secret."""

    kind: Literal["slack_webhook"]
    url_env: Variable
    per_minute: PerMinute = 30


class SlackChatText(PolicyModel):
    """Slack's chat API, as a bot in a channel: a message can be changed when a breach clears."""

    kind: Literal["slack_chat"]
    token_env: Variable
    channel: Annotated[str, Field(min_length=1)]
    api: Url = "https://slack.com/api"
    per_minute: PerMinute = 30


class WebhookText(PolicyModel):
    """A URL of yours; the message is signed by Standard Webhooks."""

    kind: Literal["webhook"]
    url: Url | None = None
    url_env: Variable | None = None
    secret_env: Variable
    per_minute: PerMinute = 600

    @model_validator(mode="after")
    def _one_url(self) -> Self:
        if (self.url is None) == (self.url_env is None):
            raise ValueError("give either `url` or `url_env`")
        return self


class SmtpText(PolicyModel):
    """E-mail over an SMTP server; user and password only where it asks for them."""

    kind: Literal["smtp"]
    host_env: Variable
    port_env: Variable | None = None
    user_env: Variable | None = None
    password_env: Variable | None = None
    sender: Address = Field(alias="from")
    to: Annotated[tuple[Address, ...], Field(min_length=1)]
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    per_minute: PerMinute = 30

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.user_env is None) != (self.password_env is None):
            raise ValueError("`user_env` and `password_env` go together")
        if self.user_env is not None and self.tls == "none":
            raise ValueError("a password needs `tls: starttls` or `tls: implicit`")
        return self


DestinationText = Annotated[
    SlackWebhookText | SlackChatText | WebhookText | SmtpText, Field(discriminator="kind")
]


class QuietText(PolicyModel):
    """Local hours `from`-`to` in which nothing is sent; over midnight if `to` is not after `from`.

    Breaches at least as bad as `except` are told all the same.
    """

    begins: LocalTime = Field(alias="from")
    ends: LocalTime = Field(alias="to")
    exempt: Severity | None = Field(default=None, alias="except")

    @model_validator(mode="after")
    def _some_time(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("`from` and `to` are the same: the whole day cannot be quiet")
        return self


class RouteText(PolicyModel):
    """Which breaches go to which destinations, and when."""

    to: Annotated[tuple[Code, ...], Field(min_length=1)]
    stages: tuple[Stage, ...] | None = None
    reports: bool = True
    severities: tuple[Severity, ...] | None = None
    sites: tuple[Code, ...] | None = None
    announce_after_seconds: Annotated[int, Field(strict=True, ge=0, le=86_400)] = 60
    escalate_after_minutes: Minutes | None = None
    escalations_only: bool = False
    at_risk: bool = False
    digest_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] | None = None
    quiet: QuietText | None = None

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.escalations_only and self.escalate_after_minutes is None:
            raise ValueError("`escalations_only` needs `escalate_after_minutes`")
        if self.escalations_only and self.at_risk:
            raise ValueError("`escalations_only` takes no `at_risk`")
        if self.digest_minutes and 1440 % self.digest_minutes:
            raise ValueError("`digest_minutes` must divide a day: 15, 30, 60, 240, 1440")
        return self


class AlertsText(PolicyModel):
    """`alerts.yaml`."""

    zone: Zone | None = None
    announce_within_hours: Annotated[int, Field(strict=True, ge=1, le=8760)] = 24
    destinations: dict[Code, DestinationText] = Field(min_length=1)
    routes: tuple[RouteText, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _destinations_exist(self) -> Self:
        for number, route in enumerate(self.routes):
            for name in route.to:
                if name not in self.destinations:
                    raise ValueError(
                        f"routes.{number}: {name} is not in `destinations`; "
                        f"name one of {', '.join(self.destinations)}"
                    )
        return self

    @property
    def warns(self) -> bool:
        """Whether any route warns before the breach."""
        return any(route.at_risk for route in self.routes)
