"""A scripted provider for all tests of a file; each test writes its script."""

import pytest

from e2a.analyst.scripted.answering import answers
from e2a.analyst.scripted.server import serving


@pytest.fixture(scope="module")
def provider():
    with serving(answers) as running:
        yield running
