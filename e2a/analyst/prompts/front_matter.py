"""What the head of a prompt says, read strictly; one that says less or more is no prompt."""

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from e2a.domain.errors import ConfigurationError


class FrontMatter(BaseModel):
    """The head of a prompt.

    Attributes:
        model: which models it is written for; for people, nothing reads it.
        max_bytes: of the system text and of the user message.
        examples: shown in the system text; of other trades, so that an echo is recognised.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    version: int = Field(ge=1)
    purpose: str
    schema_name: str = Field(alias="schema", pattern="^(narrative|rationale|policy_review)$")
    model: dict[str, str]
    max_tokens: int = Field(ge=1, le=8000)
    temperature: float = Field(ge=0, le=2)
    locales: tuple[str, ...]
    inputs: tuple[str, ...]
    max_bytes: dict[str, int]
    changelog: list[str]
    examples: list[dict[str, Any]]

    @classmethod
    def parse(cls, text: str, name: str) -> "FrontMatter":
        """The head of the version `name`, such as `breach_narrative/v1`.

        Raises:
            ConfigurationError: it is no YAML, says something else, or is another version's.
        """
        try:
            head = cls.model_validate(yaml.safe_load(text))
        except yaml.YAMLError as error:
            raise ConfigurationError(
                f"The front matter of prompt {name} is no YAML: {error}", "Correct it"
            ) from error
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise ConfigurationError(
                f"The front matter of prompt {name} is at fault: {'; '.join(faults)}", "Correct it"
            ) from error
        if f"{head.id}/v{head.version}" != name:
            raise ConfigurationError(
                f"Prompt {name} calls itself {head.id}/v{head.version}", "Name it as its file"
            )
        return head

    def check_size(self, system: str, name: str) -> None:
        """Refuse a system text that has outgrown its budget.

        Raises:
            ConfigurationError: says by how much.
        """
        size, most = len(system.encode()), self.max_bytes["system"]
        if size > most:
            raise ConfigurationError(
                f"The system text of prompt {name} has {size} bytes of {most}", "Shorten it"
            )

    def notes(self) -> tuple[str, ...]:
        """The texts of the examples' answers, longest first."""
        texts = (text for example in self.examples for text in _texts(example["answer"]))
        return tuple(sorted((text for text in texts if " " in text), key=len, reverse=True))


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
