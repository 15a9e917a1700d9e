"""A model's recorded answers through the real client: real sockets, ledger and checks."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from e2a.analyst.asking import Answered, Fallback, Request
from e2a.analyst.narrator import Narrator, open_narrator
from e2a.analyst.prompts import Prompt, load
from e2a.analyst.scripted.replies import Reply, completion
from e2a.analyst.scripted.server import Scripted, Seen, serving
from e2a.analyst.settings import Settings
from e2a.domain.analysis.facts import Audience
from e2a.domain.analysis.inputs import breach_inputs, facts_key
from e2a.domain.analysis.judging import Known, accepts, effective_confidence, narrative_judge
from e2a.domain.analysis.notes import notes_for_prompt
from e2a.domain.analysis.slots import render
from e2a.warehouse.connection import Warehouse
from evals.cases import Case

ANSWERS = Path(__file__).parent / "answers"
BLOCK = 8
"""Questions that one model name is asked. The breaker for quality stops a model whose answers are
mostly rejected; here each of them is to be looked at, so the name changes before it opens."""

Contents = Sequence[str]
Answer = tuple[Contents, str]
"""What a model says first, what it says when asked again, and how it finishes."""


@dataclass(slots=True)
class Row:
    """What became of one question.

    Attributes:
        accepted: whether its words would be stored as a model's.
        reason: why not: of the closed set, or `low_confidence` where only that is missing.
        effective: the confidence that code leaves of the model's.
        notes: as their readers see them, by field; of what was not accepted, nothing.
        raw: the same with slots.
    """

    case: Case
    run: int
    accepted: bool
    reason: str | None
    parse_path: str | None
    reasked: bool
    cached: bool
    label: str | None
    confidence: float | None
    effective: float | None
    seconds: float
    calls: tuple[UUID, ...]
    notes: dict[str, str] = field(default_factory=dict)
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Recorded:
    """The scripted provider's memory: which case is being asked about."""

    contents: Contents = ()
    finish: str = "stop"
    model: str = ""

    def recall(self, answer: "Answer") -> None:
        """From now on, give this answer."""
        self.contents, self.finish = answer

    def script(self, seen: Seen) -> Reply:
        """The recorded answer; the second, if there is one, when asked again."""
        content = self.contents[-1] if seen.is_again else self.contents[0]
        return Reply(completion(content, self.finish, model=self.model))


def recorded(model: str, folder: Path = ANSWERS) -> dict[tuple[str, int], Answer]:
    """A model's answers by case and run."""
    lines = (folder / f"{model}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return {(row["case"], row["run"]): (row["contents"], row.get("finish", "stop")) for row in rows}


@dataclass(slots=True)
class Replayed:
    """The rows of one model, and the cases of which something personal was sent to it."""

    rows: list[Row]
    sent: list[str]


def replay(warehouse: Warehouse, model: str, cases: Sequence[Case]) -> Replayed:
    """Ask about each case as often as there are recorded answers; nothing is cached."""
    answers, rows = recorded(model), []
    pairs = [(case, run) for case in cases for run in range(1, 6) if (case.case, run) in answers]
    memory = Recorded()
    with serving(memory.script, 0) as provider:
        for start in range(0, len(pairs), BLOCK):
            memory.model = f"scripted/{model}-{start // BLOCK}"
            with narrator(warehouse, provider, memory.model) as asks:
                for case, run in pairs[start : start + BLOCK]:
                    memory.recall(answers[case.case, run])
                    rows.append(ask(asks, case, run, key=""))
        heard = bytes(provider.received).decode(errors="replace").casefold()
    return Replayed(rows, [case.case for case in cases if _is_in(heard, case)])


def _is_in(heard: str, case: Case) -> bool:
    """Whether something of the customer was sent, in whatever escaping."""
    values = [value.casefold() for value in case.customer]
    return any(v in heard or json.dumps(v)[1:-1].casefold() in heard for v in values)


def cached(warehouse: Warehouse, model: str, cases: Sequence[Case]) -> list[Row]:
    """Ask about each case, then about an order that differs in nothing but its number and place.

    Answers are shared as the product shares them: the second question of a pair need not be sent.
    """
    answers, memory = recorded(model), Recorded(model=f"scripted/{model}-shared")
    with serving(memory.script, 0) as provider, narrator(warehouse, provider, memory.model) as asks:
        rows = []
        for case in cases:
            memory.recall(answers[case.case, 1])
            twin = {"facts": case.facts.model_copy(update={"order": "ORD-999999", "site": "WH-77"})}
            for one in (case, case.model_copy(update=twin)):
                shown = notes_for_prompt(one.order_notes(), one.customer)
                rows.append(ask(asks, one, 1, key=facts_key(one.breach(), shown)))
        return rows


@contextmanager
def narrator(warehouse: Warehouse, provider: Scripted, model: str) -> Iterator[Narrator]:
    """The real client of the scripted provider."""
    settings = Settings(
        key="evaluation", base_url=provider.url, model=model, openrouter=True,
        max_daily_tokens=10**9, max_daily_cost=Decimal(10_000), retries=0,
    )  # fmt: skip
    with open_narrator(warehouse, settings) as asks:
        yield asks


def ask(asks: Narrator, case: Case, run: int, key: str) -> Row:
    """One question, as the product asks it."""
    facts, prompt = case.breach(), load("breach_narrative")
    begun = time.perf_counter()
    said = asks.ask(
        question(case, prompt, run, key), narrative_judge(facts, case.locale, known(case, prompt))
    )
    return _row(case, run, said, time.perf_counter() - begun)


def question(case: Case, prompt: Prompt, run: int, key: str) -> Request:
    """What is asked about a case."""
    inputs = breach_inputs(case.breach(), case.locale, case.order_notes(), case.customer)
    return Request(
        tenant_id="golden",
        purpose="breach_narrative",
        subject=f"{case.case}#{run}",
        prompt=prompt,
        user=prompt.user(**inputs),
        facts_key=key,
        locale=case.locale,
    )


def known(case: Case, prompt: Prompt) -> Known:
    """What an answer about a case must not contain."""
    given: dict[str, Any] = {
        "personal": case.customer, "others": case.forbidden[1:2], "examples": prompt.examples
    }  # fmt: skip
    if "notes" in {one.name for one in fields(Known)}:
        shown = notes_for_prompt(case.order_notes(), case.customer)
        given["notes"] = tuple(note["text"] for note in shown)
    return Known(**given)


def _row(case: Case, run: int, said: Answered | Fallback, seconds: float) -> Row:
    if isinstance(said, Fallback):
        draft = said.draft or {}
        return Row(
            case, run, False, said.reason.value, None, len(said.call_ids) > 1, False,
            _label(draft), None, None, seconds, said.call_ids,
        )  # fmt: skip
    facts, value = case.breach(), said.value
    effective = effective_confidence(
        value["confidence"], facts, value["label"], was_helped=said.repaired or said.reasked
    )
    is_in = accepts(effective)
    row = Row(
        case, run, is_in, None if is_in else "low_confidence", said.parse_path, said.reasked,
        said.cached, value["label"], float(value["confidence"]), float(effective), seconds,
        said.call_ids,
    )  # fmt: skip
    if is_in:
        row.raw = {name: str(value[name]) for name in ("ops_note", "client_note")}
        row.notes = _rendered(case, value)
    return row


def _rendered(case: Case, value: Mapping[str, Any]) -> dict[str, str]:
    facts = case.breach()
    return {
        "ops_note": render(value["ops_note"], facts, Audience.OPS, "en"),
        "client_note": render(value["client_note"], facts, Audience.CLIENT, case.locale),
    }


def _label(draft: Mapping[str, Any]) -> str | None:
    label = draft.get("label")
    return label if isinstance(label, str) else None
