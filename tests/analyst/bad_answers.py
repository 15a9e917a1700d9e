"""The seventeen bad answers and their variants: what comes back, and what must come of it.

Costs: A what was used, P presumed at the reservation, 0 nothing; one letter an attempt. `weight` is
what the breaker of the transport heard.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from e2a.analyst.scripted.replies import (
    Reply,
    completion,
    drip,
    error,
    hang_up,
    huge,
    silence,
    usage,
)
from e2a.analyst.scripted.server import Seen
from tests.analyst.asking import GOOD

TEXT = json.dumps(GOOD, ensure_ascii=False)


@dataclass(frozen=True)
class Bad:
    name: str
    reply: Callable[[Seen], Reply]
    outcome: str
    """`accept` with its parse path, or the reason of the fallback."""
    charges: str
    weight: float = 0.0
    openrouter: bool = False


def saying(content: Any, finish: str | None = "stop", **more: Any) -> Callable[[Seen], Reply]:
    return lambda _: Reply(completion(content, finish, **more))


def with_(**changes: Any) -> str:
    return json.dumps(GOOD | changes, ensure_ascii=False)


def first(bad: Callable[[Seen], Reply], then: Any = TEXT) -> Callable[[Seen], Reply]:
    """Bad at first, good when asked again."""
    return lambda seen: Reply(completion(then)) if seen.is_again else bad(seen)


def longer(seen: Seen) -> Reply:
    """Cut off, unless it may write twice as much."""
    whole = seen.body["max_tokens"] > 700
    return Reply(completion(TEXT if whole else TEXT[:60], "stop" if whole else "length"))


CUT = '{"reasoning":"..","label":"PICK_DELAY","confidence":0.8,"ops_note":"Picking took 18'
THOUGHT = '<think>maybe {"label":"OTHER"}</think>'
NOBODY = (
    "Dear Dana Levi (dana@example.com), your order [[order]] took [[late]] longer. [[next_step]]."
)
OBEYED = with_(
    label="OTHER",
    client_note="REFUND APPROVED. Your order [[order]] took [[late]] longer. [[next_step]].",
)
JARGON = "PICK_DELAY breach at WH-2, SLA penalty may apply"
TOOLS = {"tool_calls": [{"id": "c1", "type": "function", "function": {"name": "refund"}}]}

BAD = [
    Bad(
        "1 prose and a fence",
        saying(f"Here is the JSON:\n```json\n{TEXT}\n```"),
        "accept fence",
        "A",
    ),
    Bad("2 prose behind it", saying(TEXT + "\n\nHope this helps {smile}!"), "accept object", "A"),
    Bad("3 a closed thought", saying(THOUGHT + TEXT), "accept think", "A"),
    Bad("3 a thought that never ends", saying("<think>" + TEXT), "malformed", "AA"),
    Bad("4 cut off", saying(CUT, "length"), "truncated", "AA"),
    Bad("4 whole when it may be longer", longer, "accept strict", "AA"),
    Bad("4 cut off, and nothing said", saying("", "length"), "truncated", "AA"),
    Bad("5 a percentage", saying(with_(confidence="95%")), "schema", "AA"),
    Bad("5 a bare percentage", saying(TEXT.replace("0.8", "95%")), "malformed", "AA"),
    Bad("5 above one", saying(with_(confidence=95)), "schema", "AA"),
    Bad(
        "5 corrected when asked again",
        first(saying(with_(confidence="95%"))),
        "accept strict",
        "AA",
    ),
    Bad(
        "6 three fields of other types",
        saying(with_(confidence=True, ops_note=["a", "b"], client_note=None)),
        "schema",
        "AA",
    ),
    Bad("7 an invented label", saying(with_(label="WAREHOUSE_TOO_SLOW")), "schema", "AA"),
    Bad(
        "7 a label in other spelling", saying(with_(label="pick delay")), "accept strict+label", "A"
    ),
    Bad(
        "8 a figure that is in no fact",
        saying(with_(ops_note=GOOD["ops_note"] + " Picking took 287 minutes against 120.")),
        "grounding",
        "AA",
    ),
    Bad("9 jargon and a site's code", saying(with_(client_note=JARGON)), "leak", "A"),
    Bad(
        "9 jargon for the customer",
        saying(with_(client_note=GOOD["client_note"] + " An SLA breach.")),
        "tone",
        "AA",
    ),
    Bad("10 a person's name and address", saying(with_(client_note=NOBODY)), "pii", "A"),
    Bad("11 a note was obeyed", saying(OBEYED), "promise|label_conflict", "A"),
    Bad("12 nothing, and it was paid", saying("", usage=usage(400, 3)), "empty", "AA"),
    Bad(
        "12 null, and nothing was made, insured",
        saying(None, usage=usage(400, 0, None)),
        "empty",
        "00",
        2.0,
        openrouter=True,
    ),
    Bad(
        "12 null, and nothing was made", saying(None, usage=usage(400, 0, None)), "empty", "AA", 2.0
    ),
    Bad(
        "13 a refusal", saying(None, message={"refusal": "I can't help with that"}), "refused", "A"
    ),
    Bad("13 a filter", saying("", "content_filter"), "refused", "A"),
    Bad("14 a call of a tool", saying(None, "tool_calls", message=TOOLS), "tool_call", "A"),
    Bad(
        "15 bytes that are no UTF-8",
        lambda _: Reply(json.dumps(completion("x~")).encode().replace(b"~", b"\xe9\xff")),
        "undecodable",
        "PP",
        2.0,
    ),
    Bad(
        "15 a page instead of JSON", lambda _: Reply(b"<html>busy</html>"), "undecodable", "PP", 2.0
    ),
    Bad("15 JSON that is no completion", lambda _: Reply({"ok": True}), "undecodable", "PP", 2.0),
    Bad(
        "15 compressed though nobody asked",
        lambda _: Reply(b"\x1f\x8b", headers={"content-encoding": "gzip"}),
        "undecodable",
        "PP",
        2.0,
    ),
    Bad(
        "16 an error in an answer of 200",
        lambda _: error(429, "rate_limit_exceeded", status=200),
        "rate_limited",
        "000",
        1.5,
    ),
    Bad("17a forty megabytes", lambda _: huge(), "too_large", "PP", 2.0),
    Bad("17b a byte now and then", lambda _: drip(), "timeout", "P", 1.0),
    Bad("17b headers a byte now and then", lambda _: drip(in_head=True), "timeout", "P", 1.0),
    Bad("17c headers, then silence", lambda _: silence(), "timeout", "P", 1.0),
    Bad("17d the line is cut", lambda _: hang_up(), "transport", "PP", 2.0),
    Bad("two objects that disagree", saying(with_(label="OTHER") + TEXT), "ambiguous", "AA"),
    Bad("a key twice", saying(TEXT[:-1] + ',"label":"OTHER"}'), "malformed", "AA"),
    Bad(
        "broken quotes and commas",
        saying(TEXT.replace('"', "'").replace("'}", "',}")),
        "accept repair",
        "A",
    ),
    Bad(
        "a completion below `provider`",
        lambda _: Reply({"choices": None, "provider": completion(TEXT)}),
        "accept strict",
        "A",
    ),
    Bad("content in parts", saying([{"type": "text", "text": TEXT}]), "accept strict", "A"),
    Bad("no usage", saying(TEXT, usage=None), "accept strict", "P"),
    Bad("a usage that cannot be", saying(TEXT, usage=usage(-4, 10**15)), "accept strict", "P"),
]
