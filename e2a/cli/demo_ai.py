"""The model of the demo: none, the one that the environment names, or a scripted one.

The scripted one answers over a real socket by a program (`e2a.analyst.scripted`), so the whole road
is walked without a key and for nothing; its words say whose they are.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.markup import escape

from e2a.cli.console import now, out, say
from e2a.warehouse.connection import Role, Warehouse


class DemoModel(StrEnum):
    """Who writes the demo's explanations, beside the rules."""

    ENVIRONMENT = "environment"
    """The model of AI_API_KEY, if there is a key."""
    SCRIPTED = "scripted"
    NONE = "none"


@contextmanager
def asked_of(model: DemoModel) -> Iterator[None]:
    """The environment in which this process and those that it starts ask `model`."""
    before = dict(os.environ)
    with _scripted() if model is DemoModel.SCRIPTED else nullcontext() as url:
        if model is not DemoModel.ENVIRONMENT:
            os.environ.pop("OPENROUTER_API_KEY", None)
            os.environ["AI_API_KEY"] = "scripted" if url else ""
        if url:
            os.environ |= {"AI_PROVIDER_BASE_URL": url, "AI_MODEL": "scripted/slots"}
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def _scripted() -> Iterator[str]:
    from e2a.analyst.scripted.answering import answers
    from e2a.analyst.scripted.server import serving

    with serving(answers, keeps=False) as provider:
        say(f"narrate    a scripted model answers at {provider.url}")
        yield provider.url


def narrate_rest(warehouse: Warehouse, as_of: datetime) -> None:
    """Ask about what still waits, when the week was explained before without a model."""
    from e2a.analyst.narrator import open_narrator
    from e2a.sla.narration.running import narrate

    with open_narrator(warehouse) as narrator:
        if narrator.settings.enabled:
            done = narrate(warehouse, narrator, now, as_of=as_of)
            say(f"narrate    {done.words()}")


def show_words(warehouse: Warehouse) -> None:
    """One explanation of a model, or the word that rules wrote all of them."""
    with warehouse.connect(Role.APP) as connection:
        row = connection.execute(_ONE).fetchone()
        counted = dict(connection.execute(_COUNT).fetchall())
    if row is None:
        out.print(_BY_RULES)
        return
    writers = ", ".join(f"{count:,} by {source}" for source, count in sorted(counted.items()))
    out.print(f"\n[bold]One explanation by a model[/bold] (of {writers})")
    _lines(*row)


def _lines(exception: str | None, narrator: str, ops: str, client: str, *_: Any) -> None:  # noqa: ANN401
    shown = (("operations", ops), ("customer", f"(a draft) {client}"), ("written by", narrator))
    for name, text in shown:
        out.print(f"[dim]{name:<12}[/dim] {escape(text)}")
    if exception:
        out.print(f"[dim]decide      [/dim] .venv/bin/e2a narratives show {exception[:8]}")


_BY_RULES = """
[dim]explained by[/dim] rules (no_key): set AI_API_KEY, or try `e2a demo --ai scripted`"""

_ONE = """
select e.exception_id::text, x.narrator, x.ops_note, x.client_note
from sla.explanations as x
inner join sla.exceptions as e
    on
        e.tenant_id = x.tenant_id and e.order_id = x.order_id and e.stage = x.stage
        and e.instance = x.instance
where x.source = 'model' and not x.withdrawn and x.client_note_status = 'draft'
order by cardinality(x.evidence) desc, x.tenant_id, x.order_id, x.stage, x.instance limit 1
"""

_COUNT = "select source, count(*) from sla.explanations where not withdrawn group by source"
