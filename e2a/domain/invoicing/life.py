"""Where an invoice stands, and where it may go.

    draft <──> review ──> finalised ──> credited
                                   └──> void

A draft is replaced whole whenever its events change, and a review that changed is a draft again:
what is finalised is what somebody looked at. From `finalised` on only the status moves. The same
moves stand in the triggers of `billing.invoices`, so that no client can make others.
"""

from enum import StrEnum

from e2a.domain.errors import RefusedError


class Status(StrEnum):
    """Where an invoice stands."""

    DRAFT = "draft"
    REVIEW = "review"
    FINALISED = "finalised"
    CREDITED = "credited"
    VOID = "void"


MOVES: dict[Status, tuple[Status, ...]] = {
    Status.DRAFT: (Status.REVIEW,),
    Status.REVIEW: (Status.DRAFT, Status.FINALISED),
    Status.FINALISED: (Status.CREDITED, Status.VOID),
    Status.CREDITED: (),
    Status.VOID: (),
}
"""Where an invoice may go from where it stands."""

_INSTEAD = {
    Status.DRAFT: "Send it to review, or finalise it once its month is over",
    Status.REVIEW: "Finalise it once its month is over",
    Status.FINALISED: "It never changes: credit or void it",
    Status.CREDITED: "It is credited in full; nothing is left to do",
    Status.VOID: "Its month may be drafted and finalised again: e2a invoices generate",
}


def check_move(name: str, of: Status, to: Status) -> None:
    """Raise unless an invoice may go there.

    Raises:
        RefusedError: it may not; says what can be done instead.
    """
    if to not in MOVES[of]:
        raise RefusedError(f"{name} is {of.value} and cannot become {to.value}", _INSTEAD[of])
