"""One question on its way through the database: its instants, its answer, the differences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from e2a.domain.scenarios import Written
from e2a.domain.scenarios.answers import InvoiceAnswer
from e2a.domain.scenarios.events import named
from e2a.domain.scenarios.questions import (
    KINDS,
    ClockQuestion,
    CountQuestion,
    InboxQuestion,
    InvoiceQuestion,
    InvoiceRef,
    OnTimeQuestion,
    OperationsQuestion,
    Question,
)
from e2a.scenarios import asking, billing
from e2a.scenarios.comparing import Difference, fields, number, rows, shown, unordered
from e2a.scenarios.loading import name_of
from e2a.warehouse.as_of import ask

NO_CLOCK = (
    "there is no such clock at that instant: its `from` was not reached by then (left out, it is "
    "`released`, which takes an order_paid), or no policy selects the order"
)
NO_INVOICE = (
    "there is no such invoice: no operation of that month is billed, or no such one arrived"
)


@dataclass(slots=True)
class Asked:
    """A question of a scenario whose events are all in the database.

    Attributes:
        all_recorded_at: from when on nothing more became known.
        hint: what may explain the differences.
    """

    connection: asking.Connection
    written: Written
    question: Question
    all_recorded_at: datetime
    hint: str | None = None

    def differences(self) -> list[Difference]:
        """Ask, and compare with what is expected."""
        with self.connection.transaction():
            self._set_instants()
            return list(self._compared())

    def answer(self) -> asking.Answer | None:
        """What the engine says about one clock or one invoice; None if there is no such thing."""
        with self.connection.transaction():
            self._set_instants()
            match self.question:
                case ClockQuestion() as question:
                    return asking.clock(self.connection, self._of(question))
                case InvoiceQuestion(invoice=which):
                    return billing.invoice(self.connection, self._tenant, which)
        return None

    def words(self) -> str:
        """The question in one line."""
        what = self._subject()
        for key in ("as_of", "known_at"):
            if instant := self._instant(key):
                what += f", {key.replace('_', ' ')} {shown(instant, self._zone)}"
        return what + (f", simulating {self._simulated}" if self._simulated else "")

    def _subject(self) -> str:
        if not isinstance(self.question, ClockQuestion):
            return next(kind for kind in KINDS if kind in self.question.model_fields_set)
        _, name, stage = self.written.scenario.asked_about(self.question)
        number = self.question.instance
        return f"{name} {stage}" + (f"#{number}" if number > 1 else "")

    @property
    def _zone(self) -> str:
        return self.written.facts.zone_of_question(self.question)

    @property
    def _simulated(self) -> str | None:
        return getattr(self.question, "simulate", None)

    @property
    def _tenant(self) -> str:
        tenant = self.written.scenario.tenant_of(self.question.tenant)
        return name_of(self.written, tenant, self._simulated)

    def _instant(self, key: str) -> datetime | None:
        moment = getattr(self.question, key, None)
        return None if moment is None else moment.instant(self._zone)

    def _set_instants(self) -> None:
        """What a scenario does not say is never recorded, so even its future is known."""
        ask(self.connection, self._instant("as_of"))
        known_at = self._instant("known_at")
        if known_at is not None and known_at < self.all_recorded_at:
            self.connection.execute(
                "select set_config('e2a.known_at', %s::timestamptz::text, true)", (known_at,)
            )

    def _compared(self) -> Iterator[Difference]:
        match self.question:
            case ClockQuestion() as question:
                yield from self._clock(question)
            case CountQuestion(count=which, expect=expected):
                order = self._order_id("order", which.order) if which.order else None
                found = asking.count(self.connection, self._tenant, which, order)
                yield from number("count", expected, found)
            case OnTimeQuestion(on_time=which, expect=expected):
                score = asking.on_time(
                    self.connection, self._tenant, self._stage(which.stage), which
                )
                yield from fields(expected, score, self._zone)
            case InboxQuestion(inbox=which, expect=expected):
                became = asking.inbox(self.connection, self._tenant, which)
                yield from fields(expected, became, self._zone)
            case InvoiceQuestion(invoice=invoice, expect=wanted):
                yield from self._invoice(invoice, wanted)
            case OperationsQuestion(operations=work, expect=counts):
                order = self._order_id("order", work.order) if work.order else None
                done = billing.operations(self.connection, self._tenant, work, order)
                yield from fields(counts, done, self._zone)

    def _of(self, question: ClockQuestion) -> asking.Answer:
        """Which clock is meant."""
        key, name, stage = self.written.scenario.asked_about(question)
        return {
            "tenant": self._tenant,
            "order": self._order_id(key, name),
            "stage": stage,
            "n": question.instance,
        }

    def _clock(self, question: ClockQuestion) -> Iterator[Difference]:
        of = self._of(question)
        if question.expect is not None:
            answer = asking.clock(self.connection, of)
            self.hint = NO_CLOCK if answer is None else None
            yield from fields(question.expect, answer, self._zone)
        if question.segments is not None:
            held = asking.segments(self.connection, of, self._instant("as_of"))
            yield from rows("segments", question.segments, held, self._zone)
        if question.versions is not None:
            yield from rows(
                "versions", question.versions, asking.versions(self.connection, of), self._zone
            )

    def _invoice(self, which: InvoiceRef, expected: InvoiceAnswer) -> Iterator[Difference]:
        found = billing.invoice(self.connection, self._tenant, which)
        self.hint = NO_INVOICE if found is None else None
        lists = {"lines", "findings"} & expected.model_fields_set
        yield from fields(expected, found, self._zone, without=lists)
        for name in sorted(lists):
            yield from unordered(
                name, getattr(expected, name) or (), (found or {}).get(name, []), self._zone
            )

    def _order_id(self, key: str, name: str) -> str:
        return asking.order_id(self.connection, self._tenant, str(named(key, name))) or ""

    def _stage(self, stage: str | None) -> str:
        scenario = self.written.scenario
        return stage or scenario.only_stage(scenario.tenant_of(self.question.tenant))
