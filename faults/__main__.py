"""The long version: every row, the planted bug and the week, with a table at the end.

    python -m faults [--share 0.1] [--seed N] [--only 1,2,13] [--seconds-away 600] [--json]

A tenth (`--share 0.1`) tells how long the whole takes. Exits with 1 if a promise was broken, or if
the harness let the planted bug pass.
"""

import argparse
import json
import secrets
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial

from faults import naive, week
from faults.checker import Found
from faults.rows import servers
from faults.schedule import BY_NAME, ROWS, Result, Row, run
from faults.site import Site, site

WEEK, BUG = "week", "bug"


def main() -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the long version's size")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--only", default="", help="rows by name, with commas; also bug, week")
    parser.add_argument("--seconds-away", type=float, default=60.0, help="of row 12")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    chosen = options.only.split(",") if options.only else [*BY_NAME, BUG, WEEK]
    _say(f"seed {options.seed}; share {options.share:g}")
    began, results = time.monotonic(), []
    for result in _results(chosen, options):
        results.append(result)
        _say(f"{result.verdict:<7} {_line(result)}")
    if options.json:
        print(json.dumps([{**asdict(r), "verdict": r.verdict} for r in results], default=dict))
    else:
        _show(results, time.monotonic() - began)
    return 1 if any(result.verdict == "BROKEN" for result in results) else 0


def _results(chosen: list[str], options: argparse.Namespace) -> Iterator[Result]:
    with site() as place:
        for name in chosen:
            _say(f"row {name} begins")
            began = time.monotonic()
            try:
                yield from _of(place, name, options)
            except Exception:  # the other rows are still worth their time
                traceback.print_exc()
                broken = Found(wrong=["the row came to no end; its traceback stands above"])
                seconds = time.monotonic() - began
                yield Result(name, "-", options.seed, broken, Counter(), 0, seconds, [])
                place.start_again()


def _of(place: Site, name: str, options: argparse.Namespace) -> Iterator[Result]:
    if name == WEEK:
        yield week.through_kills(options.seed, max(60, int(1_500 * options.share)))
    elif name == BUG:
        yield from _bug(place, options)
    else:
        row = _sized(BY_NAME[name], options)
        why = row.unable()
        if why:
            _say(f"row {name} is left out: it {why}")
        else:
            yield run(place, row, options.seed, options.share)


def _bug(place: Site, options: argparse.Namespace) -> Iterator[Result]:
    """With the bug rows must be lost, so being caught is what holds; without it, none."""
    events = max(2_000, int(40_000 * options.share))
    yield naive.planted(place, options.seed, events)
    yield naive.without(place, options.seed, events)


def _sized(row: Row, options: argparse.Namespace) -> Row:
    if row.name != "12":
        return row
    seconds = options.seconds_away * min(1.0, max(options.share, 0.1))
    return replace(row, act=partial(servers.away, seconds=seconds))


def _line(result: Result) -> str:
    found = result.found
    return (
        f"{result.row:<12} {result.seed:<10} {result.crashes:>7,} {found.sent:>9,} "
        f"{found.acked:>9,} {found.stored:>9,} {found.consumed:>9,} {found.doubled:>7,} "
        f"{found.lost:>7,} {result.seconds:>6.0f} s  {result.fault}"
    )


def _show(results: list[Result], seconds: float) -> None:
    print(
        f"verdict {'row':<12} {'seed':<10} {'crashes':>7} {'sent':>9} {'acked':>9} {'stored':>9} "
        f"{'consumed':>9} {'doubled':>7} {'lost':>7} {'time':>8}  fault"
    )
    for result in results:
        print(f"{result.verdict:<7} {_line(result)}")
        fired = ", ".join(f"{name} {times:,}" for name, times in sorted(result.fired.items()))
        print(f"        fired: {fired}")
        for sentence in [*result.notes, *result.found.wrong]:
            print(f"        {sentence}")
    crashes, sent = sum(r.crashes for r in results), sum(r.found.sent for r in results)
    print(
        f"{crashes:,} crashes, {sent:,} events, {seconds / 60:.1f} minutes; {len(ROWS)} rows known"
    )


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
