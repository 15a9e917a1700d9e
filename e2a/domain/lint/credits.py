"""L06, L07, L21: bands of SLA credits, and what a missed target may cost at most (B12)."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject

WHOLE = Decimal(100)


def _credits(subject: Subject) -> Iterator[Node]:
    return (card["sla_credit"] for card in subject.cards if card["sla_credit"])


def _bands(credit: Node) -> list[tuple[Decimal, Node]]:
    """The bands from the worst month on."""
    found = ((band["from_percent"].number, band) for band in credit["bands"])
    return sorted(
        ((begins, band) for begins, band in found if begins is not None), key=lambda found: found[0]
    )


def bands_overlap(subject: Subject) -> Iterator[Remark]:
    """Each on-time percentage lies in one band: no two bands begin at the same one (B12).

    A band includes its lower end and goes up to the next band, the last one up to the target.
    """
    for credit in _credits(subject):
        for (was, first), (now, second) in pairwise(_bands(credit)):
            if was == now:
                yield Remark(
                    second["from_percent"],
                    f"the band of line {first.mark.line} begins at {now} % too",
                    "Give each band another `from_percent`",
                )


def bands_have_gaps(subject: Subject) -> Iterator[Remark]:
    """Bands reach from 0 to the target, and a worse month pays no less than a better one.

    Below the first band nothing is paid for the worst months of all; a band from the target on
    never pays.
    """
    for credit in _credits(subject):
        bands, target = _bands(credit), credit["target_percent"].number
        if bands and bands[0][0] > 0:
            yield _gap(bands[0][1], f"a month below {bands[0][0]} % pays nothing", "Begin with 0")
        for begins, band in bands:
            if target is not None and begins >= target:
                yield _gap(
                    band, f"the band never pays: {begins} % keeps the target", "Remove the band"
                )
        for (_, worse), (_, better) in pairwise(bands):
            least, most = better["pays_percent"].number, worse["pays_percent"].number
            if least is not None and most is not None and least > most:
                yield Remark(
                    worse["pays_percent"],
                    f"a worse month pays {most} %, a better one {least} %",
                    "Let the percentage grow as the month gets worse",
                    Severity.WARNING,
                )


def _gap(band: Node, problem: str, fix: str) -> Remark:
    return Remark(band["from_percent"], problem, fix, Severity.WARNING)


def penalty_unbounded(subject: Subject) -> Iterator[Remark]:
    """A credit is a bounded share of fees: it has a cap, and no share is above the whole (B12).

    Without a cap, or with one above 100 %, a bad month could cost more than the service itself.
    """
    for credit in _credits(subject):
        if not credit["cap_percent"]:
            yield Remark(
                credit,
                "the credit has no cap",
                "Add `cap_percent: 10`, of the month's service fees",
                on_key=True,
            )
        shares = [credit["cap_percent"], *(band["pays_percent"] for band in credit["bands"])]
        for share in shares:
            if share.number is not None and share.number > WHOLE:
                yield Remark(
                    share,
                    f"{share.key} is {share.number}, more than all of the fees",
                    "Give a percentage of at most 100",
                )
