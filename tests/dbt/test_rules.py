"""The dbt unit tests, run by dbt on a real database: decision tables beside the models."""

import json
import os

from e2a.warehouse.models import run_dbt


def test_every_rule_view_answers_its_decision_tables(built, tmp_path):
    environment = os.environ | built.environment()
    run_dbt(
        "test", "--select", "test_type:unit", "--target-path", str(tmp_path),
        environment=environment,
    )  # fmt: skip
    results = json.loads((tmp_path / "run_results.json").read_text())["results"]
    tests = [result for result in results if result["unique_id"].startswith("unit_test.")]
    assert len(tests) >= 23
    assert {result["status"] for result in tests} == {"pass"}
