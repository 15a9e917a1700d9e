"""What is written as COPY text is read by Postgres as the same values."""

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest

from e2a.warehouse.copying import encoded, line

TEXTS = ["", "\\N", "\\", "a\\tb", "a\tb\nc\rd", '"', "{}", "{a,b}", "Ünï – 東京 \U0001f69a", "\\."]
COLUMNS = "n bigint, t text, a text[], i timestamptz, d numeric, b bytea, j jsonb"
ROWS = [
    (1, None, [], None, None, None, None),
    (-2, "plain", TEXTS, datetime(2026, 3, 2, 1, 2, 3, 45, UTC), Decimal("1E+3"), b"\0\\\n\xff",
     '{"a":"x\\\\y\\n\\"z\\""}'),
    *((number, text, [text], None, Decimal("-0.000000000001"), text.encode(), "[]")
      for number, text in enumerate(TEXTS)),
]  # fmt: skip


def test_every_value_comes_back_as_it_was(app):
    app.execute(f"create temp table copied ({COLUMNS}) on commit drop")
    with app.cursor().copy("copy copied from stdin") as copy:
        copy.write(encoded(map(line, ROWS)))
    copied = app.execute("select n, t, a, i, d, b, j::text from copied").fetchall()
    expected = app.execute(
        "select r.n, r.t, r.a, r.i, r.d, r.b, r.j::jsonb::text from unnest(%s::bigint[], %s::text[]"
        ", %s::timestamptz[], %s::numeric[], %s::bytea[], %s::text[]) with ordinality "
        "as x (n, t, i, d, b, j, place) "
        "cross join lateral (select x.n, x.t, null::text[] as a, x.i, x.d, x.b, x.j) as r "
        "order by x.place",
        [[row[place] for row in ROWS] for place in (0, 1, 3, 4, 5, 6)],
    ).fetchall()
    assert [(*row[:2], None, *row[3:]) for row in copied] == expected
    assert [row[2] for row in copied] == [row[2] for row in ROWS]


def test_what_postgres_cannot_hold_is_refused_before_it_is_sent():
    with pytest.raises(psycopg.DataError, match="NUL"):
        encoded([line(("a\0b",))])
    with pytest.raises(UnicodeEncodeError):
        encoded([line(("\ud800",))])
    with pytest.raises(TypeError, match="float is no type that is copied"):
        line((1.5,))
