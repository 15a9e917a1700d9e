"""How many small wrongs the tests of a policy notice: those made without a model, and with it.

The honest answer to whether a model's tests help: what they kill that the others let live.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from e2a.domain.errors import ConfigurationError
from e2a.domain.policy_text import from_documents
from e2a.domain.scenarios import Written
from e2a.review.given import Document, built, given
from e2a.review.mutants import Mutant, mutants
from e2a.review.trial import Engine

OWN = ("scenario", "title", "events", "questions")
CHUNK = 40
"""Mutants that are judged together."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Frozen scenarios of one policy, by whether invoices are asked about."""

    clocks: Sequence[Document]
    money: Sequence[Document] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the mutants.

    Attributes:
        refused: mutants that no policy can be: the loader stops them before any test.
        killed: mutants that some test noticed.
        alive: mutants that every test passed.
        untried: mutants of rate cards, where no test asks about an invoice.
    """

    refused: tuple[str, ...]
    killed: tuple[str, ...]
    alive: tuple[str, ...]
    untried: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Killed, of those that a test could have noticed."""
        tried = len(self.killed) + len(self.alive)
        return len(self.killed) / tried if tried else 1.0

    def __or__(self, other: "Score") -> "Score":
        """What both sets of tests notice together, of the same policy's mutants."""
        killed = {*self.killed, *other.killed}
        names = [*self.killed, *self.alive, *other.killed, *other.alive]
        tried = tuple(dict.fromkeys(names))
        return Score(
            self.refused,
            tuple(name for name in tried if name in killed),
            tuple(name for name in tried if name not in killed),
            tuple(name for name in self.untried if name not in tried),
        )

    def document(self) -> Document:
        """For machines."""
        counts = {
            name: len(getattr(self, name)) for name in ("killed", "alive", "refused", "untried")
        }
        return {**counts, "rate": round(self.rate, 4), "survivors": list(self.alive)}


def score(engine: Engine, documents: Mapping[str, Any], tests: Suite) -> Score:
    """Put each wrong into the policy and run the tests of it.

    Args:
        engine: what judges.
        documents: the policy's files, free of errors.
        tests: what should notice; all of them pass on the policy as it is.
    """
    refused, found = _sifted(documents)
    tried = [mutant for mutant in found if tests.money or not mutant.money]
    untried = [mutant.name for mutant in found if mutant.money and not tests.money]
    killed: set[str] = set()
    for money, several in ((False, tests.clocks), (True, tests.money)):
        of_kind = [mutant for mutant in tried if mutant.money is money]
        for test in several:
            alive = [mutant for mutant in of_kind if mutant.name not in killed]
            killed |= _noticed(engine, alive, test)
    names = [mutant.name for mutant in tried]
    return Score(
        tuple(refused),
        tuple(name for name in names if name in killed),
        tuple(name for name in names if name not in killed),
        tuple(untried),
    )


def _noticed(engine: Engine, alive: Sequence[Mutant], test: Document) -> set[str]:
    """The mutants that one test notices; those that another one noticed need not be tried again."""
    found: set[str] = set()
    for start in range(0, len(alive), CHUNK):
        run = {f"m{n}-{test['scenario']}": m for n, m in enumerate(alive[start : start + CHUNK])}
        noticed = engine.noticed([_written(id, mutant, test) for id, mutant in run.items()])
        found |= {run[id].name for id in noticed}
    return found


def _sifted(documents: Mapping[str, Any]) -> tuple[list[str], list[Mutant]]:
    refused, tried = [], []
    for mutant in mutants(documents):
        try:
            from_documents("policy", mutant.documents)
        except ConfigurationError:
            refused.append(mutant.name)
        else:
            tried.append(mutant)
    return refused, tried


def _written(id: str, mutant: Mutant, test: Document) -> Written:
    own = {key: test[key] for key in OWN}
    return built({**given(mutant.documents, money=mutant.money), **own, "scenario": id})
