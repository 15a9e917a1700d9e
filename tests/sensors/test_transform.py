"""A pass of Dagster that meets facts which no model can take."""

import dagster as dg
import pytest
from dagster_dbt import DbtCliResource

from e2a.warehouse.connection import Role
from e2a.warehouse.held import aside
from e2a.warehouse.models import DBT
from e2a.warehouse.rebuild import remember
from e2a.warehouse.scope import waiting
from e2a_assets.transform import current_fingerprint, project, transform
from tests.sla.orders import paid
from tests.warehouse.beyond import big, defect, held
from tests.warehouse.lane import deliver, read, rows


@pytest.fixture
def materialise(built, here, monkeypatch):
    """All models, as the journey does; what was noted of builds is gone afterwards."""
    for name, value in built.environment().items():
        monkeypatch.setenv(name, value)
    dbt = DbtCliResource(project_dir=project, dbt_executable=str(DBT))

    def run():
        resources = {"dbt": dbt, "warehouse": here}
        return dg.materialize([transform], resources=resources, raise_on_error=False)

    yield run
    with built.connect(Role.OWNER) as owner:
        owner.execute("delete from ops.builds")


@pytest.mark.prove
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "news"])
def test_what_no_model_can_take_is_set_aside_and_the_pass_succeeds(
    built, modelled, materialise, whole
):
    if not whole:
        remember(built, current_fingerprint())
    read(modelled, *(deliver(*paid(n)) for n in range(3)), deliver(big(1)))
    with defect(built):
        assert materialise().success
    assert [row[:2] for row in held(modelled)] == [("big/1", aside.REASON)]
    assert rows(modelled, "select count(distinct order_id) from orders.timeline") == [(3,)]
    assert waiting(modelled) == 0
