"""L13: every name that a policy uses is defined. Add a line to `_names` for a new kind of name."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from e2a.domain.lint.findings import Remark
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject
from e2a.domain.public_holidays import check_country, check_names


def unknown_references(subject: Subject) -> Iterator[Remark]:
    """Sites, calendars, carrier calendars, service levels and channels are those of `tenant.yaml`.

    A misspelt selector selects nothing, silently. The tenant bears the name of its folder, and an
    excepted holiday is one of its country.
    """
    tenant = subject.tenant
    if not tenant:
        return
    if subject.folder and tenant["tenant"].text not in (None, subject.folder):
        yield Remark(
            tenant["tenant"],
            f"the folder is named {subject.folder}, the tenant {tenant['tenant'].text}",
            "Give the folder and the tenant one name",
        )
    for node, word, known in _names(subject):
        if node.scalar is not None and node.scalar not in known:
            yield Remark(
                node,
                f"{word} {node.scalar} is not in {tenant.file.rpartition('/')[2]}",
                _near(str(node.scalar), known),
            )
    for calendar in tenant["calendars"]:
        yield from _excepted(calendar["holidays"])


def _names(subject: Subject) -> Iterator[tuple[Node, str, Collection[object]]]:
    tenant = subject.tenant
    calendars = tenant["calendars"].members
    for site in subject.sites.values():
        yield site["calendar"], "calendar", calendars
    for entry in subject.entries:
        yield entry.node["site"], "site", subject.sites
        yield entry.node["calendar"], "calendar", calendars
        for key in ("service_level", "channel"):
            listed = [node.scalar for node in tenant[f"{key}s"]]
            if listed:
                yield entry.node[key], key.replace("_", " "), listed
        for stage in entry.stages.values():
            yield stage["carrier_calendar"], "carrier calendar", calendars


def _excepted(holidays: Node) -> Iterator[Remark]:
    country, subdivision = holidays["country"].text, holidays["subdivision"].text
    if country is None or not _is_known(country, subdivision):
        return
    for node in holidays["except"]:
        try:
            check_names(country, subdivision, [str(node.scalar)])
        except ValueError as error:
            problem, _, hint = str(error).partition("; ")
            yield Remark(node, problem, hint or "Name one of the library `holidays`, or remove it")


def _is_known(country: str, subdivision: str | None) -> bool:
    try:
        check_country(country, subdivision)
    except ValueError:
        return False
    return True


def _near(word: str, known: Collection[object]) -> str:
    names = sorted(map(str, known))
    near = get_close_matches(word, names, 1)
    return f"Did you mean {near[0]}?" if near else f"Name one of {', '.join(names) or 'none yet'}"
