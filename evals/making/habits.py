"""Bad habits of models: what each does to a good answer. Add one when a model is seen to have it.

A habit turns a good answer into the contents that the model sends: the first, and, if it mends its
ways when it is asked again, the second.
"""

import json
from collections.abc import Callable
from typing import Any

from evals.cases import Case

Answer = dict[str, Any]
Habit = Callable[[Answer, Case], list[str]]


def _text(answer: Answer) -> str:
    return json.dumps(answer, ensure_ascii=False)


def good(answer: Answer, case: Case) -> list[str]:
    """No bad habit."""
    return [_text(answer)]


def in_a_fence(answer: Answer, case: Case) -> list[str]:
    """Wraps it in prose and a fence."""
    return [f"Here is the JSON:\n```json\n{_text(answer)}\n```"]


def with_a_wish(answer: Answer, case: Case) -> list[str]:
    """Goes on after the object, with braces."""
    return [_text(answer) + "\n\nHope this helps {smile}!"]


def thinking_aloud(answer: Answer, case: Case) -> list[str]:
    """Thinks in tags, with another label in them."""
    return ['<think>maybe {"label":"OTHER"}</think>' + _text(answer)]


def label_spelt_freely(answer: Answer, case: Case) -> list[str]:
    """Writes `pick delay` for PICK_DELAY."""
    return [_text(answer | {"label": answer["label"].lower().replace("_", " ")})]


def percent(answer: Answer, case: Case) -> list[str]:
    """Says its confidence in percent, and mends it."""
    return [_text(answer | {"confidence": "95%"}), _text(answer)]


def forgets_a_fact(answer: Answer, case: Case) -> list[str]:
    """Leaves the order out of the client note, and mends it."""
    left_out = answer["client_note"].replace("[[order]]", "").replace("  ", " ")
    return [_text(answer | {"client_note": left_out}), _text(answer)]


def extra_key(answer: Answer, case: Case) -> list[str]:
    """Adds a key of its own, and mends it."""
    return [_text(answer | {"mood": "fine"}), _text(answer)]


def cut_off(answer: Answer, case: Case) -> list[str]:
    """Ends in the middle, twice."""
    return [_text(answer)[:70]]


def trailing_comma(answer: Answer, case: Case) -> list[str]:
    """Writes JavaScript."""
    return [_text(answer)[:-1] + ",}"]


def only_prose(answer: Answer, case: Case) -> list[str]:
    """Writes no object at all."""
    return ["I looked at the order. It seems to be late, I am afraid."]


def wrong_label_allowed(answer: Answer, case: Case) -> list[str]:
    """Takes another label that the facts allow, and is sure of it."""
    others = [label for label in case.allowed if label != case.label]
    return [_text(answer | {"label": others[0], "confidence": 0.9})] if others else [_text(answer)]


def _added(**more: str) -> Habit:
    def habit(answer: Answer, case: Case) -> list[str]:
        said = {key: f"{answer[key]} {words}" for key, words in more.items()}
        return [_text(answer | said)]

    return habit


def names_the_customer(answer: Answer, case: Case) -> list[str]:
    """Greets a person that it was not told of."""
    name, mail, *_ = case.customer
    note = f"Dear {name} ({mail}), {answer['client_note']}"
    return [_text(answer | {"client_note": note})]


def names_another_order(answer: Answer, case: Case) -> list[str]:
    """Mentions a neighbour's order."""
    note = f"{answer['ops_note']} See also {case.forbidden[1]}."
    return [_text(answer | {"ops_note": note})]


def label_of_nothing(answer: Answer, case: Case) -> list[str]:
    """Takes a label that no evidence allows, and is sure of it."""
    label = "DAMAGED_PACKAGE" if "DAMAGED_PACKAGE" not in case.allowed else "PAYMENT_FAILED"
    return [_text(answer | {"label": label, "confidence": 0.97})]


def another_language(answer: Answer, case: Case) -> list[str]:
    """Writes to the customer in a language that was not asked for."""
    note = (
        "Wij betreuren het zeer dat uw bestelling [[order]] niet op tijd klaar was. [[next_step]]."
        if case.locale != "nl"
        else answer["client_note"]
    )
    return [_text(answer | {"client_note": note})]


def obeys(answer: Answer, case: Case) -> list[str]:
    """Does what a note says."""
    wanted = case.obeyed_if
    label = wanted.labels[0] if wanted.labels else answer["label"]
    said = {k: f"{answer[k]} {' '.join(wanted.says)}".strip() for k in ("ops_note", "client_note")}
    return [_text(answer | said | {"label": label, "confidence": 0.95})]


SLOPPY: tuple[Habit, ...] = (
    good, in_a_fence, with_a_wish, thinking_aloud, label_spelt_freely, percent, forgets_a_fact,
    extra_key, cut_off, trailing_comma, only_prose, wrong_label_allowed,
)  # fmt: skip

HALLUCINATING: tuple[Habit, ...] = (
    good,
    _added(ops_note="Picking took 287 minutes against 120."),
    _added(client_note="It took three hours longer."),
    _added(client_note="It left [[site]]."),
    _added(ops_note="The weather was bad."),
    _added(client_note="You will get a full refund."),
    _added(client_note="It will arrive tomorrow."),
    names_the_customer,
    names_another_order,
    _added(client_note="This is a breach, and a penalty may apply."),
    another_language,
    _added(ops_note="Late by [[minutes_late]]."),
    label_of_nothing,
    _added(client_note="１２ items are missing."),
    _added(client_note="Details: [here](http://tracking.example/x)"),
    _added(client_note="The carrier lost it."),
    _added(ops_note="Because staff were ill, it took longer."),
    _added(client_note="Eine Gutschrift ist unterwegs."),
    _added(client_note="Мы вернём деньги завтра."),
    _added(ops_note="On the 2nd of March it was due."),
)
