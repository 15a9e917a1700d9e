"""What the scripted provider says afterwards of the calls that it answered: `/key`, `/generation`.

Its day never ends. A test that wants other figures writes them into `usage_daily`.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from e2a.analyst.scripted.replies import Reply, error

_MOST = 10_000


@dataclass(slots=True)
class Books:
    """Costs, as they were told with the answers.

    Attributes:
        usage_daily: USD.
        generations: usage by id, the latest of them.
    """

    usage_daily: Decimal = Decimal(0)
    generations: OrderedDict[str, dict[str, Any]] = field(default_factory=OrderedDict)

    def note(self, said: Any) -> None:  # noqa: ANN401 - any JSON
        """Enter an answer, if it is a completion that cost something."""
        usage = said.get("usage") if isinstance(said, dict) else None
        if not isinstance(usage, dict) or not isinstance(usage.get("cost"), int | float):
            return
        self.usage_daily += Decimal(str(usage["cost"]))
        self.generations[str(said.get("id"))] = usage
        if len(self.generations) > _MOST:
            self.generations.popitem(last=False)

    def told(self, path: str, *, is_known: bool) -> Reply:
        """The reply to a GET.

        Args:
            path: after `/v1`, with its query.
            is_known: whether the request has a key.
        """
        asked = urlsplit(path)
        if not is_known:
            return error(401)
        if asked.path == "/key":
            return Reply({"data": {"usage_daily": float(self.usage_daily)}})
        if asked.path == "/generation":
            return self._generation(parse_qs(asked.query).get("id", [""])[0])
        return error(404)

    def _generation(self, name: str) -> Reply:
        usage = self.generations.get(name)
        if usage is None:
            return error(404)
        told = {
            "id": name, "total_cost": usage["cost"],
            "native_tokens_prompt": usage.get("prompt_tokens"),
            "native_tokens_completion": usage.get("completion_tokens"),
        }  # fmt: skip
        return Reply({"data": told})
