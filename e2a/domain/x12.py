"""ANSI X12 interchanges as segments; the separators are read from ISA, as the standard says.

What transactions mean belongs to those who read them: `e2a.sources.x12` events,
`e2a.billing.imports` invoices and tenders.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from e2a.domain.errors import BadInputError

_ISA_ELEMENTS = 16
_MARK = "\u00ef\u00bb\u00bf"
"""A byte order mark of UTF-8, read as Latin-1."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its id and its elements; `number` counts from 1 for messages."""

    id: str
    elements: tuple[str, ...]
    number: int

    def get(self, position: int) -> str:
        """Element by its number in the standard (B303 is 3), without blanks; '' if absent."""
        return self.elements[position - 1].strip() if position <= len(self.elements) else ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One ST ... SE of an interchange."""

    kind: str
    segments: tuple[Segment, ...]

    def first(self, id: str) -> Segment | None:
        """The first segment of that id."""
        return next((segment for segment in self.segments if segment.id == id), None)

    def need(self, id: str, name: str) -> Segment:
        """The first segment of that id.

        Raises:
            BadInputError: there is none.
        """
        found = self.first(id)
        if found is None:
            raise BadInputError(f"{name} has no segment {id}", f"A {self.kind} needs one")
        return found

    def every(self, id: str) -> Iterator[Segment]:
        """All segments of that id, in order."""
        return (segment for segment in self.segments if segment.id == id)


@dataclass(frozen=True, slots=True)
class Interchange:
    """The text of an interchange, and how it is cut.

    Attributes:
        head: its ISA segment, which names sender, receiver and separators.
    """

    head: str
    segments: tuple[str, ...]
    element: str
    end: str

    def alone(self, transaction: Transaction) -> bytes:
        """The transaction as an interchange of its own."""
        body = (
            self.element.join((segment.id, *segment.elements)) for segment in transaction.segments
        )
        return self.end.join((self.head, *body, "")).encode("latin-1")


def interchange(body: bytes, name: str) -> Interchange:
    """An interchange, cut into segments.

    Raises:
        BadInputError: it does not begin with ISA.
    """
    text = body.decode("latin-1").removeprefix(_MARK).lstrip(" \r\n\t")
    parts = text[4:].split(text[3:4] or None, _ISA_ELEMENTS - 1) if text.startswith("ISA") else []
    if len(parts) < _ISA_ELEMENTS or len(parts[-1]) < len(">~"):
        raise BadInputError(f"{name} is no X12 interchange", "It begins with an ISA segment")
    end = "\n" if parts[-1][1] in "\r\n" else parts[-1][1]
    head, *segments = text.split(end)
    return Interchange(head, tuple(segments), text[3], end)


def transactions(body: bytes, name: str) -> list[Transaction]:
    """The transactions of an interchange.

    Raises:
        BadInputError: it does not begin with ISA, or a transaction is cut off.
    """
    return cut(interchange(body, name), name)


def cut(given: Interchange, name: str) -> list[Transaction]:
    """Its transactions; segments count from 1, the ISA being the first.

    Raises:
        BadInputError: a transaction is cut off.
    """
    found: list[Transaction] = []
    current: list[Segment] | None = None
    for number, raw in enumerate(given.segments, 2):
        id, *elements = raw.strip().split(given.element)
        segment = Segment(id, tuple(elements), number)
        if segment.id == "ST":
            if current is not None:
                break
            current = [segment]
        elif current is not None:
            current.append(segment)
            if segment.id == "SE":
                found.append(_closed(current, name))
                current = None
    if current is not None:
        raise BadInputError(f"{name} ends within a transaction", "Send the file again, whole")
    return found


def _closed(segments: Sequence[Segment], name: str) -> Transaction:
    """A transaction whose end names its beginning.

    The count of segments in SE is not held against it: a real tender of ours says 41 of 38. What a
    lost segment would hide of an invoice shows in its total (`wrong_total`).
    """
    first, last = segments[0], segments[-1]
    if last.get(2) != first.get(2):
        raise BadInputError(
            f"{name}: transaction {first.get(2)} is closed as {last.get(2) or 'nothing'}",
            "Send the file again, whole",
        )
    return Transaction(first.get(1), tuple(segments))


def number(
    segment: Segment, position: int, name: str, decimals: int | None = None
) -> Decimal | None:
    """A numeric element; None if it is absent.

    Args:
        segment: that holds it.
        position: its number in the standard.
        name: of the file, for messages.
        decimals: implied decimals (type N2 is 2); None reads a decimal point (type R).

    Raises:
        BadInputError: it is no number.
    """
    text = segment.get(position)
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or (decimals is not None and "." in text):
        raise BadInputError(
            f"{name}: {segment.id}{position:02} of segment {segment.number} is {text!r}",
            "Send a number there",
        )
    return value if decimals is None else value.scaleb(-decimals)


def day(text: str, where: str) -> date:
    """A date as CCYYMMDD.

    Raises:
        BadInputError: it is none.
    """
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise BadInputError(f"{where} {text!r} is no date", "Write it as CCYYMMDD") from None
