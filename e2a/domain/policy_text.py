"""Policy text to policy types: YAML in, `Policies` or one clear sentence out.

The functions take text or plain documents, not paths, so that a lint, a scenario or a test can call
them on what is being typed.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import yaml
from pydantic import ValidationError

from e2a.domain.errors import ConfigurationError
from e2a.domain.policies import Policies
from e2a.domain.policies.folder import disagreements

FILES = ("tenant", "sla", "rates")
OPTIONAL = ("fx", "alerts")


class _ExactLoader(yaml.SafeLoader):
    """YAML whose numbers with a point are Decimals, and in which no key is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """YAML alone would keep the last of two promises for one stage."""
        seen: set[object] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"the key `{key.value}` is given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else key)
        return super().construct_mapping(node, deep)


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal | str:
    text = str(loader.construct_scalar(node))
    try:
        return Decimal(text.replace("_", ""))
    except ArithmeticError:
        return text


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | str:
    """YAML 1.1 reads 17:00 as 1020 (base 60); here it stays the time that was written."""
    text = str(loader.construct_scalar(node))
    return text if ":" in text else int(loader.construct_yaml_int(node))


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
_ExactLoader.add_constructor("tag:yaml.org,2002:int", _integer)


def parse(folder: str, texts: Mapping[str, str]) -> Policies:
    """Read the files of a tenant, given as {file stem: text}; those of `OPTIONAL` may be left out.

    Raises:
        ConfigurationError: names the file, the place in it, what is wrong and the fix.
    """
    documents = {stem: read_yaml(f"{folder}/{stem}.yaml", texts[stem]) for stem in texts}
    policies = from_documents(folder, documents)
    if not policies.rates:
        raise ConfigurationError(f"{folder}/rates.yaml has no rate card", "Give it at least one")
    return policies


def from_documents(folder: str, documents: Mapping[str, Any]) -> Policies:
    """Read a tenant from {"tenant": {...}, "sla": [...], "rates": [...]}; `rates` may be empty.

    Raises:
        ConfigurationError: names the file, the place in it, what is wrong and the fix.
    """
    try:
        policies = Policies.model_validate(dict(documents))
    except ValidationError as error:
        raise _sentence(folder, error) from None
    for found in disagreements(policies):
        where = f"{folder}/{found.file}.yaml, {found.place}"
        raise ConfigurationError(f"{where}: {found.problem}", found.fix)
    return policies


def read_yaml(path: str, text: str) -> Any:  # noqa: ANN401 - YAML is anything until validated
    """The document in a text: numbers with a point are Decimals, 17:00 stays a time.

    Raises:
        ConfigurationError: not YAML; names the path, line and column.
    """
    try:
        return yaml.load(text, _ExactLoader)
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else path
        said = str(problem or error).splitlines()[0]
        raise ConfigurationError(
            f"{where} is not valid YAML: {said}", "Correct that line and run again"
        ) from None


def _sentence(folder: str, error: ValidationError) -> ConfigurationError:
    first = error.errors(include_url=False)[0]
    stem, *place = [str(part) for part in first["loc"]] or ["tenant"]
    where = f"{folder}/{stem}.yaml" + (f", {'.'.join(place)}" if place else "")
    if first["type"] == "extra_forbidden":
        return ConfigurationError(f"{where}: unknown key", _nearest(place[-1]))
    message = str(first["msg"]).removeprefix("Value error, ")
    return ConfigurationError(f"{where}: {message}", "Correct it and run again")


def _nearest(key: str) -> str:
    near = get_close_matches(key, sorted(_known_keys(Policies.model_json_schema)), 1)
    return f"Did you mean `{near[0]}`?" if near else "Remove it; docs/policies.md lists the keys"


def _known_keys(schema: Callable[[], dict[str, Any]]) -> set[str]:
    document = schema()
    models = [document, *document.get("$defs", {}).values()]
    return {key for model in models for key in model.get("properties", {})}
