"""Tables that a step makes once and empties when it uses them again."""

from e2a.warehouse.statistics import is_of_another_size
from e2a.warehouse.temporary import SMALL, temporary

HEARD = temporary("heard", "word text")


def rows(app):
    return app.execute("select count(*) from heard").fetchone()[0]


def size(app):
    return app.execute("select pg_relation_size('heard')").fetchone()[0]


def test_what_a_commit_left_means_nothing_to_the_next_use(app):
    for _ in range(2):
        app.execute(HEARD)
        app.execute("insert into heard values ('one')")
        app.commit()
        assert rows(app) == 1


def test_one_that_was_rolled_back_is_made_again(app):
    app.execute(HEARD)
    app.rollback()
    app.execute(HEARD)
    assert rows(app) == 0


def test_dead_rows_do_not_pile_up_although_nobody_vacuums(app):
    for _ in range(60):
        app.execute(HEARD)
        app.execute("insert into heard select repeat('x', 50) from generate_series(1, 200)")
        app.commit()
    assert size(app) < 2 * int(SMALL)


def test_it_is_counted_again_only_where_its_size_is_another(app):
    def fill(number):
        app.execute(HEARD)
        app.execute("insert into heard select 'x' from generate_series(1, %s)", (number,))
        found = is_of_another_size(app, "heard", number)
        if found:
            app.execute("analyze heard")
        return found

    sizes = (8, 40, 600, 700, 2000, 3000, 8, 30)
    assert [fill(number) for number in sizes] == [
        True,
        False,
        False,
        True,
        False,
        True,
        True,
        False,
    ]
