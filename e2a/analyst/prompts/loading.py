"""A released version of a prompt: front matter, a fixed system text, and a template for the user.

---            YAML: id, version, schema, limits, inputs, examples
---
system text    sees `schema` and `examples` only: byte-identical for every question
--- user ---
user text      sees the declared inputs, each only as JSON, so that no value ends its block
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import orjson
import yaml
from jinja2 import meta, nodes

from e2a.analyst.prompts.front_matter import FrontMatter
from e2a.domain.analysis import narrative_contract, rationale_contract, review_contract
from e2a.domain.errors import ConfigurationError

PROMPTS = Path(__file__).parents[3] / "prompts"
SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "narrative": narrative_contract.schema,
    "rationale": rationale_contract.schema,
    "policy_review": review_contract.schema,
}
_USER = "\n--- user ---\n"
_OF_SYSTEM = {"schema", "examples"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt, ready to be asked.

    Attributes:
        schema: of the answer, for the provider.
        sha: of the file and the schema: stored on every row that an answer makes.
        system: byte-identical for every question, so that providers can cache it.
        examples: notes of the examples; an answer that repeats one is rejected.
    """

    id: str
    version: int
    purpose: str
    schema: dict[str, Any]
    max_tokens: int
    temperature: float
    locales: tuple[str, ...]
    sha: str
    system: str = field(repr=False)
    examples: tuple[str, ...] = field(repr=False)
    inputs: tuple[str, ...]
    max_user_bytes: int
    template: jinja2.Template = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """`breach_narrative/v1`."""
        return f"{self.id}/v{self.version}"

    def user(self, **inputs: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
        """The user message.

        Raises:
            ConfigurationError: an input is missing, undeclared or no JSON, or all is too long.
        """
        if set(inputs) != set(self.inputs):
            raise ConfigurationError(
                f"Prompt {self.name} takes {', '.join(self.inputs)}, not {', '.join(inputs)}",
                "Give exactly the inputs that its front matter declares",
            )
        try:
            text = self.template.render(inputs)
        except (TypeError, jinja2.TemplateError) as error:
            raise ConfigurationError(
                f"Prompt {self.name} cannot be rendered: {error}", "Give it values that are JSON"
            ) from error
        return self._bounded(text)

    def _bounded(self, text: str) -> str:
        size = len(text.encode())
        if size > self.max_user_bytes:
            raise ConfigurationError(
                f"Prompt {self.name}: the user message has {size} bytes of {self.max_user_bytes}",
                "Give it less",
            )
        return text


def load(prompt_id: str, label: str = "production") -> Prompt:
    """The version that a label means.

    Raises:
        ConfigurationError: there is no such prompt, label or version, or the file is at fault.
    """
    labels = yaml.safe_load((PROMPTS / "labels.yaml").read_text())
    if label not in labels.get(prompt_id, {}):
        raise ConfigurationError(
            f"Prompt {prompt_id!r} has no label {label!r}", "Name a version in prompts/labels.yaml"
        )
    return load_version(prompt_id, labels[prompt_id][label])


@cache
def load_version(prompt_id: str, version: int) -> Prompt:
    """One version, whatever labels say.

    Raises:
        ConfigurationError: there is none, or the file is at fault.
    """
    path = PROMPTS / prompt_id / f"v{version}.md.j2"
    if not path.is_file():
        raise ConfigurationError(f"There is no prompt {prompt_id}/v{version}", f"Write {path.name}")
    return parse(path.read_bytes(), f"{prompt_id}/v{version}")


def parse(body: bytes, name: str) -> Prompt:
    """A version from the bytes of its file.

    Raises:
        ConfigurationError: front matter or templates are at fault.
    """
    try:
        _, matter, text = body.decode().split("---\n", 2)
        system, user = text.split(_USER)
    except ValueError:
        raise ConfigurationError(
            f"Prompt {name} is not front matter, system text and user text",
            "Divide them by lines of --- and one line of --- user ---",
        ) from None
    head = FrontMatter.parse(matter, name)
    schema = SCHEMAS[head.schema_name]()
    fixed = _template(system, _OF_SYSTEM, name, in_order=False)
    filled = fixed.render(schema=schema, examples=head.examples)
    head.check_size(filled, name)
    canonical = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
    return Prompt(
        head.id, head.version, head.purpose, schema, head.max_tokens, head.temperature,
        head.locales, hashlib.sha256(body + canonical).hexdigest(), filled, head.notes(),
        head.inputs, head.max_bytes["user"], _template(user, set(head.inputs), name, in_order=True),
    )  # fmt: skip


def _template(text: str, inputs: set[str], name: str, *, in_order: bool) -> jinja2.Template:
    """A template that uses exactly these inputs, each of them only as JSON.

    Args:
        text: of the template.
        inputs: what it may use, and must.
        name: of the version, for messages.
        in_order: whether keys are sorted; schema and examples keep the order of the answer.
    """
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": in_order}
    tree = environment.parse(text)
    used = meta.find_undeclared_variables(tree)
    if used != inputs:
        raise ConfigurationError(
            f"Prompt {name} uses {sorted(used)} and declares {sorted(inputs)}",
            "Let its front matter declare what it uses",
        )
    for output in tree.find_all(nodes.Output):
        for part in output.nodes:
            is_json = isinstance(part, nodes.Filter) and part.name == "tojson"
            if not is_json and not isinstance(part, nodes.TemplateData):
                raise ConfigurationError(
                    f"Prompt {name} writes a value that is not JSON in line {part.lineno}",
                    "Let it pass through | tojson",
                )
    return environment.from_string(text)
