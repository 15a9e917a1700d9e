"""Which of many are at fault, by trying them: what both poisoned rows and orders are found by.

A trial says why a selection cannot be processed, and leaves nothing behind. Who tries what, and
what becomes of those at fault, belongs to `keeping` and `aside`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Trial = Callable[[Sequence[Item]], Exception | None]
"""Why these cannot be processed together; None if they can."""


def at_fault(items: Sequence[Item], trial: Trial[Item]) -> Iterator[tuple[Item, Exception]]:
    """Those that cannot be processed alone, each with its cause; by bisection.

    n items of which k are at fault take some k log n trials.
    """
    error = trial(items)
    if error is None:
        return
    if len(items) == 1:
        yield items[0], error
        return
    middle = len(items) // 2
    yield from at_fault(items[:middle], trial)
    yield from at_fault(items[middle:], trial)


def unbearable(items: Sequence[Item], trial: Trial[Item]) -> list[tuple[Item, Exception]]:
    """Those that cannot be added to the ones before them, each with its cause.

    Unlike `at_fault` it finds what is wrong only together: of two amounts whose sum is too large,
    the later one.
    """
    borne: list[Item] = []
    found: list[tuple[Item, Exception]] = []

    def add(part: Sequence[Item]) -> None:
        error = trial([*borne, *part])
        if error is None:
            borne.extend(part)
        elif len(part) == 1:
            found.append((part[0], error))
        else:
            middle = len(part) // 2
            add(part[:middle])
            add(part[middle:])

    if items:
        add(items)
    return found
