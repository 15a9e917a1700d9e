"""Whose accounts are pulled, and with which credential: from the environment, never from a file.

    E2A_SHOPIFY_URL_<TENANT>    https://shop.myshopify.com
    E2A_SHOPIFY_TOKEN_<TENANT>  an Admin API token that may read orders
    E2A_EASYPOST_TOKEN_<TENANT> an EasyPost API key
    E2A_PULL                    what the schedule pulls, such as shopify:acme,easypost:acme

<TENANT> is the tenant's id in capitals, with _ for every other sign. A credential is one tenant's:
none stands in for another, since what it brings belongs to its tenant.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from e2a.domain.errors import ConfigurationError
from e2a.pull.easypost import EasyPost
from e2a.pull.feed import Feed
from e2a.pull.http import Api, Sleep
from e2a.pull.shopify import Shopify

FEEDS: dict[str, Feed] = {feed.name: feed for feed in (Shopify(), EasyPost())}
_DEFAULT_URLS = {"easypost": "https://api.easypost.com"}
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT = 30.0
"""Seconds to connect, and between two packets."""


@dataclass(frozen=True, slots=True)
class Target:
    """One list to pull: a sender, a tenant, where, and with which token."""

    feed: Feed
    tenant_id: str
    url: str
    token: str = field(repr=False)

    def client(self) -> httpx.Client:
        """An HTTP client that sends the token to this base URL and follows no redirect."""
        if self.feed.name == "easypost":
            return httpx.Client(base_url=self.url, auth=(self.token, ""), timeout=TIMEOUT)
        headers = {"X-Shopify-Access-Token": self.token}
        return httpx.Client(base_url=self.url, headers=headers, timeout=TIMEOUT)

    def api(
        self,
        client: httpx.Client,
        sleep: Sleep,
        say: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> Api:
        """The sender's API over a client of this target."""
        return Api(client, self.feed.name, sleep, say, clock)


def target(
    name: str, tenant_id: str, environment: Mapping[str, str], url: str | None = None
) -> Target:
    """The list of a sender for a tenant.

    Raises:
        ConfigurationError: no such sender, no token, or a URL that would show the token.
    """
    if name not in FEEDS:
        raise ConfigurationError(f"{name!r} cannot be pulled", f"Known are: {', '.join(FEEDS)}")
    suffix = re.sub("[^A-Z0-9]", "_", tenant_id.upper())
    variable = f"E2A_{name.upper()}_TOKEN_{suffix}"
    token = environment.get(variable, "").strip()
    if not (token and token.isascii() and token.isprintable()):
        raise ConfigurationError(
            f"{variable} holds no token of {name} for tenant {tenant_id}", "Set it"
        )
    place = f"E2A_{name.upper()}_URL_{suffix}"
    where = url or environment.get(place) or _DEFAULT_URLS.get(name, "")
    return Target(FEEDS[name], tenant_id, _checked(where, place), token)


def _checked(url: str, variable: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.username:
        raise ConfigurationError(
            f"{variable} is not a base URL", "Write it as https://shop.myshopify.com"
        )
    if parts.scheme == "http" and host not in _LOCAL:
        raise ConfigurationError(
            f"{variable} would send the token over the net in the clear", "Write https://"
        )
    return url.rstrip("/")


def scheduled(environment: Mapping[str, str]) -> list[Target]:
    """What E2A_PULL names; nothing if it is not set.

    Raises:
        ConfigurationError: an entry is not written `sender:tenant`, or lacks its credential.
    """
    entries = [one.strip() for one in environment.get("E2A_PULL", "").split(",") if one.strip()]
    found = []
    for entry in entries:
        name, colon, tenant_id = entry.partition(":")
        if not (colon and tenant_id):
            raise ConfigurationError(
                f"E2A_PULL names {entry!r}", "Write sender:tenant, such as shopify:acme"
            )
        found.append(target(name, tenant_id, environment))
    return found
