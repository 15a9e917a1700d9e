"""Row 22: the disk is full under the data, or under the write-ahead log.

A small file system is mounted, so this needs root; temporary files lie on the data's disk.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from e2a.warehouse import cluster
from faults.site import Site, site
from faults.world import World

SIZE = "700m"
_NO_SPACE = "No space left on device"


def unable() -> str | None:
    """Why this cannot be done here, if it cannot."""
    return None if os.geteuid() == 0 and shutil.which("mount") else "needs root, to mount a disk"


@contextmanager
def small_disk(part: str) -> Iterator[tuple[Site, Path]]:
    """A server whose `data` or `wal` lies on a small disk of its own.

    Yields:
        The server, and the disk's folder.
    """
    disk = Path(tempfile.mkdtemp(prefix="e2a-disk-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)], check=True)
    try:
        with site() as small:
            cluster.stop(small.home)
            data = small.home / "pgdata"
            _move(data / "pg_wal", disk / "wal" if part == "wal" else small.home / "wal")
            if part == "data":
                _move(data, disk / "pgdata")
            disk.chmod(0o755)
            cluster.start(small.home)
            yield small, disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
        disk.rmdir()


def _move(folder: Path, to: Path) -> None:
    subprocess.run(["cp", "-a", str(folder), str(to)], check=True)
    shutil.rmtree(folder)
    folder.symlink_to(to)


async def full(world: World, disk: Path) -> None:
    """Fill the disk, see that somebody noticed, and give the space back."""
    await world.ready()
    while world.wants_more:
        await asyncio.sleep(world.random.uniform(0.3, 1.0))
        before = _noticed(world)
        _fill(disk / "ballast")
        until = time.monotonic() + 30
        while _noticed(world) == before and time.monotonic() < until:
            await asyncio.sleep(0.05)
        await asyncio.sleep(world.random.uniform(0.0, 1.0))
        world.fired["disk full"] += _noticed(world) > before
        (disk / "ballast").unlink()
        await asyncio.to_thread(world.site.start_again)  # it has given up if its log was full
        await world.server_back()
    world.need(world.ledger.answers["503"] > 0, "nobody was told 503 while the disk was full")


def _noticed(world: World) -> int:
    return (world.site.home / "postgres.log").read_text(errors="replace").count(_NO_SPACE)


def _fill(ballast: Path) -> None:
    """Take all that is free, in ever smaller pieces."""
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 2**16, 2**12):
            piece = b"\0" * size
            try:
                while True:
                    file.write(piece)
            except OSError:
                continue
