"""`e2a policy lint --ai` as it is typed, with a key: over a real socket, by the real engine."""

import json

import pytest
from typer.testing import CliRunner

from e2a.analyst.scripted.replies import Reply, completion
from e2a.cli import policy_review
from e2a.cli.main import app
from e2a.domain.scenarios import parse
from e2a.review.trial import Engine
from tests.domain.lint.seeds import FILES
from tests.review.conftest import answer, claim
from tests.review.test_review import SCENARIO

TESTS = [
    {
        "title": f"{state.title()} at one",
        "because": "lunch",
        "scenario": SCENARIO.format(state=state),
    }
    for state in ("on_track", "breached")
] + [{"title": "Nonsense", "because": "none", "scenario": "x"}]


@pytest.fixture
def typed(tmp_path, shared, engine, provider, monkeypatch):
    """Runs `e2a policy ...` with a key, over a tenant acme whose review the provider answers."""
    folder = tmp_path / "policies" / "acme"
    folder.mkdir(parents=True)
    for stem, text in FILES.items():
        (folder / f"{stem}.yaml").write_text(text)
    said = json.dumps(answer(findings=[claim(), claim(value="7")], tests=TESTS))
    provider.script = lambda seen: Reply(completion(said))
    provider.seen.clear()
    for name, value in {
        "E2A_POLICIES": str(tmp_path / "policies"), "AI_API_KEY": "scripted",
        "AI_PROVIDER_BASE_URL": provider.url, "AI_MODEL": f"scripted/{tmp_path.name}",
        "AI_FLAVOR": "openrouter",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(policy_review, "locate", lambda: shared)
    monkeypatch.setattr(policy_review, "prepare", lambda _: shared)
    monkeypatch.setattr(Engine, "beside", lambda *_: engine)
    return lambda *words: CliRunner().invoke(app, ["policy", *map(str, words)])


def flat(text):
    """What was said, without the ends of the terminal's lines."""
    return " ".join(text.split())


def test_a_review_is_asked_checked_run_and_shown_and_fails_nothing(typed, provider):
    done = typed("lint", "--ai", "--strict")
    assert done.exit_code == 0
    shown, told = flat(done.stdout), flat(done.stderr)
    assert "A01 warning" in shown
    assert "A02 warning: Ambiguous or surprising, “On_Track at one”" in shown
    assert "2 remarks; 2 dropped" in told
    assert "3 proposed tests: 1 agreed, 1 denied, 1 refused" in told
    assert "1 denied On_Track at one: lunch" in shown
    (seen,) = provider.seen
    assert seen.body["response_format"]["json_schema"]["name"] == "policy_review_1"
    (again,) = json.loads(typed("lint", "--ai", "--json").stdout)["reviews"]
    assert (again["written_by"], again["is_cached"], len(provider.seen)) == ("model", True, 1)


def test_tests_that_a_person_keeps_become_scenarios_that_the_engine_passes(typed, tmp_path, engine):
    folder = tmp_path / "kept"
    done = typed("lint", "--ai", "--freeze", folder)
    (agreed,) = folder.iterdir()
    assert f"written: {agreed}" in done.stderr.replace("\n", "")
    assert agreed.name.startswith("acme-breached-at-one-")
    typed("lint", "--ai", "--freeze", folder, "--keep", 1)
    texts = {path: path.read_text() for path in folder.iterdir()}
    assert len(texts) == 2
    (denied,) = set(texts) - {agreed}
    assert "the engine's answers. lunch" in texts[denied]
    assert "state: breached" in texts[denied]
    found = [parse(path.name, text) for path, text in texts.items()]
    assert [problems for _, problems in found] == [[], []]
    results = engine.judge([written for several, _ in found for written in several])
    assert [result.passed for result in results] == [True, True]


def test_keeping_again_changes_nothing_and_nothing_else_is_written_over(typed, tmp_path):
    folder = tmp_path / "kept"
    typed("lint", "--ai", "--freeze", folder)
    (path,) = folder.iterdir()
    before = path.read_bytes()
    assert "there already" in flat(typed("lint", "--ai", "--freeze", folder).stderr)
    assert path.read_bytes() == before
    path.write_text(path.read_text().replace("breached", "met"))
    assert "there with other answers" in flat(typed("lint", "--ai", "--freeze", folder).stderr)
    assert "met" in path.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ai", "--freeze", "kept", "--keep", 4), "no proposed test 4"),
        (("--ai", "--freeze", "kept", "--keep", 3), "test 3 was not run"),
        (("--ai", "--keep", 1), "--keep goes with --freeze"),
        (("--freeze", "kept"), "--freeze goes with --ai"),
    ],
)
def test_what_cannot_be_kept_is_said(typed, words, said):
    assert said in str(typed("lint", *words).exception)
