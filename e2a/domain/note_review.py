"""Notes to customers are drafts until a person decides: decisions, legal moves, edit distance.

    draft ──> approved | edited | rejected        an edit approves what it says
    approved, edited ──> edited | rejected        until it is sent, a person may think again
    rejected ──> edited                           other words may be written, these are not sent

What is stored belongs to `e2a.sla.narration`; what a note may say to `e2a.domain.analysis`.
"""

from enum import StrEnum

from e2a.domain.errors import RefusedError


class Decided(StrEnum):
    """What a person decided of a note."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"


MOVES: dict[Decided | None, tuple[Decided, ...]] = {
    None: tuple(Decided),
    Decided.APPROVED: (Decided.EDITED, Decided.REJECTED),
    Decided.EDITED: (Decided.EDITED, Decided.REJECTED),
    Decided.REJECTED: (Decided.EDITED,),
}
"""What may be decided, by what was decided last about the same facts; None is a draft."""


def check_move(last: Decided | None, to: Decided) -> None:
    """Allow a decision.

    Raises:
        RefusedError: it may not follow the last one.
    """
    if to in MOVES[last]:
        return
    now = last.value if last else "a draft"
    may = " or ".join(move.value for move in MOVES[last])
    raise RefusedError(f"The note is {now}: it cannot be {to}", f"It may still be {may}")


def distance(draft: str, edited: str) -> float:
    """Levenshtein distance over the longer length: 0 nothing changed, 1 everything."""
    if draft == edited:
        return 0.0
    above = list(range(len(edited) + 1))
    for row, left in enumerate(draft, 1):
        now = [row]
        for column, right in enumerate(edited, 1):
            same = above[column - 1] + (left != right)
            now.append(min(above[column] + 1, now[-1] + 1, same))
        above = now
    return above[-1] / max(len(draft), len(edited))
