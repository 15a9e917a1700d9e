"""The reviewed policy as the top of a scenario: who promises what, in the words that were reviewed.

A test says only what happens and what is asked. Sites, calendars and promises are always those of
the policy under review, so that a test cannot pass by bringing its own.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

from e2a.domain.lint import Node, Subject
from e2a.domain.scenarios import Problem, Scenario, Written, parse
from e2a.domain.scenarios.facts import Facts

Document = dict[str, Any]
_OF_TENANT = ("service_levels", "channels", "currency", "active_from", "active_until")


class _Dumper(yaml.SafeDumper):
    """YAML that keeps numbers with a point as they were written, and never writes an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = f"{value:f}"
    tag = "tag:yaml.org,2002:float" if "." in text else "tag:yaml.org,2002:int"
    return dumper.represent_scalar(tag, text)


_Dumper.add_representer(Decimal, _number)


def given(documents: Mapping[str, Any], *, money: bool = False) -> Document:
    """The keys of a scenario that a policy's files mean; rate cards only if money is asked about.

    Args:
        documents: {"tenant": ..., "sla": ..., "rates": ...}, as the loader reads them.
        money: whether invoices are asked about, which takes longer.
    """
    tenant = documents["tenant"]
    top: Document = {"sites": tenant["sites"], "policies": documents["sla"]}
    top["calendars"] = {n: c for n, c in tenant["calendars"].items() if n in _used(documents)}
    top["billing_zone"] = tenant["billing_zone"]
    top |= {key: tenant[key] for key in _OF_TENANT if key in tenant}
    if money:
        top["rate_cards"] = documents["rates"]
        top |= {"fx": documents["fx"]} if documents.get("fx") else {}
    return top


def documents_of(subject: Subject) -> Document:
    """A subject's files as plain documents."""
    return {stem: node.plain() for stem, node in subject.files.items()}


def text_of(scenarios: Sequence[Document]) -> str:
    """Scenarios as YAML, one below the other."""
    return yaml.dump(
        list(scenarios),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=160,
        default_flow_style=None,
    )


def built(scenario: Document) -> Written:
    """A scenario of ours, without the way over its text; its lines are not known.

    Raises:
        ValidationError: it is none.
    """
    one = Scenario.model_validate(scenario)
    return Written(one, Facts(one), Node(f"{scenario['scenario']}.yaml"))


def written(scenario: Document) -> tuple[Written | None, list[Problem]]:
    """A scenario as the language reads it, or what is wrong with it."""
    found, problems = parse(f"{scenario['scenario']}.yaml", text_of([scenario]))
    return (found[0] if found else None), problems


def _used(documents: Mapping[str, Any]) -> set[str]:
    used = {site["calendar"] for site in documents["tenant"]["sites"].values()}
    for entry in documents["sla"]:
        used.add(entry.get("calendar", ""))
        used |= {stage.get("carrier_calendar", "") for stage in entry["stages"].values()}
    return used
