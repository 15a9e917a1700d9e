"""Asking a sender's API: politely, again when it is busy or away; the token is never in words.

What is asked belongs to the sender's module.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx

from e2a.domain.errors import ConfigurationError, E2AError
from e2a.domain.retry_after import asked_wait

ATTEMPTS = 6
FIRST_WAIT = 1.0
"""Seconds before the second attempt; each later wait is twice as long."""
LONGEST_WAIT = 300.0
"""Seconds; a sender that asks for more than this is taken up again by the next pull."""
_BUSY = frozenset({429, 500, 502, 503, 504})

Sleep = Callable[[float], None]


class PullFailedError(E2AError):
    """The sender's API did not answer usably; the next pull goes on where this one stopped."""


class PageGoneError(PullFailedError):
    """The sender does not accept the request, such as the name of a page that it has forgotten."""


class Api:
    """One sender's API, with its credential.

    Args:
        client: with base URL, credential and timeouts.
        name: of the sender, as people call it.
        sleep: waits; handed in so that tests need not.
        say: told about waits.
        clock: the present, for a Retry-After that is a date.
    """

    def __init__(
        self,
        client: httpx.Client,
        name: str,
        sleep: Sleep,
        say: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._client, self._name, self._sleep, self._say = client, name, sleep, say
        self._clock = clock

    def get(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        """One page or object; waits and asks again as the sender wants.

        Raises:
            ConfigurationError: the credential or the base URL is refused.
            PullFailedError: still busy after the last attempt, or an answer that cannot be.
        """
        wait, said = FIRST_WAIT, "no answer"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = self._client.get(path, params=params)
            except httpx.TransportError as error:
                said, asked = type(error).__name__, None
            else:
                if answer.status_code not in _BUSY:
                    return self._usable(answer)
                said = str(answer.status_code)
                asked = asked_wait(answer.headers.get("retry-after", ""), self._clock())
            if attempt < ATTEMPTS:
                self._pause(max(wait, asked or 0.0), said)
                wait *= 2
        raise PullFailedError(
            f"{self._name} was asked {ATTEMPTS} times and said {said}",
            "Nothing is lost: run the pull again later, it goes on where it stopped",
        )

    def pause(self, seconds: float) -> None:
        """Wait because the sender's quota is nearly used up."""
        self._sleep(min(seconds, LONGEST_WAIT))

    def _pause(self, seconds: float, said: str) -> None:
        if seconds > LONGEST_WAIT:
            raise PullFailedError(
                f"{self._name} asks to wait {seconds:.0f} s", "Run the pull again after that"
            )
        self._say(f"pull       {self._name} said {said}; again in {seconds:.0f} s")
        self._sleep(seconds)

    def _usable(self, answer: httpx.Response) -> httpx.Response:
        status = answer.status_code
        if status in (401, 403):
            raise ConfigurationError(
                f"{self._name} refuses the token ({status})", "Set a valid one with its scopes"
            )
        if status == 404 or answer.is_redirect:
            raise ConfigurationError(
                f"{self._name} knows no {answer.request.url.path} ({status})",
                "Correct the base URL, such as https://shop.myshopify.com",
            )
        if status in (400, 410, 422):
            raise PageGoneError(f"{self._name} does not accept the request ({status})", "Try later")
        if status != 200:
            raise PullFailedError(f"{self._name} said {status}", "See its API's status page")
        return answer


def document(answer: httpx.Response, name: str) -> dict[str, Any]:
    """The answer as a JSON object.

    Raises:
        PullFailedError: it is none.
    """
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PullFailedError(f"{name} answered something else than JSON", "Check the base URL")
    return found


def objects(body: dict[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    """The list of objects under a key.

    Raises:
        PullFailedError: there is no such list.
    """
    found = body.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise PullFailedError(f"{name} answered without a list `{key}`", "Check the base URL")
    return found
