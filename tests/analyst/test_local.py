"""The local model is optional: without its packages one sentence says what to run."""

import subprocess
import sys
from importlib.util import find_spec

import pytest


@pytest.mark.skipif(find_spec("xllamacpp") is not None, reason="the local model is installed")
def test_without_its_packages_the_local_model_says_what_to_run():
    done = subprocess.run(
        [sys.executable, "-m", "e2a.analyst.local"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "make local-model" in done.stderr
