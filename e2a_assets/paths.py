"""Where things lie in this checkout, said once."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DBT_PROJECT = ROOT / "dbt_project"
POLICIES = ROOT / "policies"
