"""The processes of the harness: what is kept alive also comes to its end."""

import asyncio

from faults.processes import Kept

NO_SERVER = "postgresql://nobody:nothing@127.0.0.1:1/none"


def test_a_life_that_has_just_begun_comes_to_its_end_when_it_is_asked(tmp_path):
    """It does not listen yet: asked at once, it would die of it, and so would each one after it."""
    log = tmp_path / "log"
    told = {"E2A_HOME": str(tmp_path), "E2A_DATABASE_URL": NO_SERVER, "E2A_LOG": str(log)}

    async def lived():
        radar = Kept("radar", told)
        radar.start()
        await radar.finish()

    asyncio.run(lived())
    assert "radar      stopped" in log.read_text()
