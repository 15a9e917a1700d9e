"""Temporary tables of a session that takes steps: made once, emptied when they are used again.

`on commit delete rows` would truncate each of them, and its TOAST index, in every commit that used
any: files, for which a commit then waits longer than for its log. What a table holds after a
commit means nothing. Tables of rare or large work may still be dropped or emptied with it.
"""

from typing import LiteralString

SMALL: LiteralString = "131072"
"""Bytes up to which rows are deleted: nobody vacuums temporary tables, so that they stay."""


def temporary(table: LiteralString, columns: LiteralString) -> LiteralString:
    """Statements after which the table is there and empty; they take no parameters.

    Args:
        table: its name.
        columns: as `create table` takes them; with a key or an index, every statement over it would
            be planned again after it was emptied as a whole.
    """
    return f"""
create temp table if not exists {table} ({columns});
do $$
begin
    if pg_relation_size('pg_temp.{table}') > {SMALL} then
        truncate pg_temp.{table};
    else
        delete from pg_temp.{table};
    end if;
end $$;
"""
