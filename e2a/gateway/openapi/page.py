"""The OpenAPI document as one page of HTML: no script, no outside host."""

from html import escape
from typing import Any

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#eee;padding:0 .3em}summary{cursor:pointer;padding:.3em 0}"
    "td{padding:.1em .8em .1em 0;vertical-align:top}"
    ".verb{font-weight:600;display:inline-block;width:4em}"
)


def page(document: dict[str, Any]) -> str:
    """Every operation with its words, parameters and answers."""
    info = document["info"]
    operations = "".join(
        _operation(verb, path, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}</title>"
        f"<style>{_STYLE}</style><h1>{escape(info['title'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        f"<p>For machines: <a href=/openapi.json>openapi.json</a></p>{operations}</html>"
    )


def _operation(verb: str, path: str, operation: dict[str, Any]) -> str:
    rows = [
        (f"{one['name']} ({one['in']})", one.get("description", ""))
        for one in operation.get("parameters", ())
    ]
    rows += [(status, one["description"]) for status, one in operation["responses"].items()]
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(words)}" for name, words in rows
    )
    return (
        f"<details><summary><span class=verb>{verb.upper()}</span> <code>{escape(path)}</code> "
        f"{escape(operation['summary'])}</summary><p>{escape(operation.get('description', ''))}</p>"
        f"<table>{cells}</table></details>"
    )
