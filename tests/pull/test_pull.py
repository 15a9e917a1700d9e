"""A pull that was cut short goes on where it stopped; settings that cannot be are said."""

import re
from datetime import timedelta

import httpx
import pytest

from e2a.domain.errors import ConfigurationError, RefusedError, UnknownTenantError
from e2a.pull.http import PullFailedError
from e2a.pull.run import pull
from e2a.pull.targets import scheduled, target
from e2a.warehouse.connection import Role
from tests.pull.scripted import Answer, serving
from tests.pull.shop import NOW, TENANT, TOKENS, order, pulled, shop
from tests.warehouse.lane import rows

NONE = Answer({"orders": []})


def cursor(app):
    (found,) = rows(app, "select page, since, started_at, covered_to from ops.pull_cursors")
    return found


def test_a_pull_that_was_cut_short_goes_on_at_its_page(app):
    with shop([order(1)], [order(2)], [order(3)]) as whole:
        answers = whole.script

        def failing(request):
            page = request.params.get("page_info")
            return Answer(status=418) if page == "p2" else answers(request)

        with serving(failing) as broken, pytest.raises(PullFailedError):
            pulled(app, broken)
        assert cursor(app) == ("p2", NOW - timedelta(days=7), NOW, None)
        later = NOW + timedelta(hours=9)
        done, _, _ = pulled(app, whole, now=later)
        assert [request.params.get("page_info") for request in whole.requests] == ["p2"]
        assert (done.pages, done.landed) == (1, 1)
        covered = NOW - timedelta(hours=4, minutes=30)
        assert cursor(app) == (None, None, None, covered), "the pass began at NOW"


def test_a_page_that_the_sender_has_forgotten_begins_the_pass_anew(app):
    app.execute(
        "insert into ops.pull_cursors values (%s, 'shopify', 'stale', %s, %s, null, %s)",
        (TENANT, NOW - timedelta(days=3), NOW, NOW),
    )
    app.commit()

    def answer(request):
        return Answer(status=410) if "page_info" in request.params else NONE

    with serving(answer) as server:
        assert pulled(app, server)[0].pages == 1
    assert server.requests[-1].params["updated_at_min"] == (NOW - timedelta(days=3)).isoformat()


def test_two_pulls_of_one_list_do_not_run_at_once(app, warehouse):
    with warehouse.connect(Role.APP, autocommit=True) as other, shop([order(1)]) as server:
        other.execute(
            "select pg_advisory_lock(hashtext('e2a.pull.shopify'), hashtext(%s))", (TENANT,)
        )
        with pytest.raises(RefusedError, match="is running already"):
            pulled(app, server)
        other.execute("select pg_advisory_unlock_all()")
        assert pulled(app, server)[0].landed == 1


def test_no_transaction_is_open_while_a_sender_is_asked(app):
    """It would hold up the watermark."""
    states = []

    def answer(request):
        states.append(app.info.transaction_status.name)
        return NONE

    with serving(answer) as server:
        pulled(app, server)
    assert states == ["IDLE"]


def test_a_tenant_that_nobody_describes_is_refused_before_anything_is_asked(app):
    wanted = target("shopify", "stranger", {"E2A_SHOPIFY_TOKEN_STRANGER": "x"}, "http://localhost")
    with wanted.client() as client:
        api = wanted.api(client, lambda s: None, lambda t: None, lambda: NOW)
        with pytest.raises(UnknownTenantError):
            pull(app, api, wanted.feed, "stranger", NOW)


def test_the_token_is_in_no_words_of_a_target():
    assert "shpat-secret" not in repr(target("shopify", TENANT, TOKENS, "https://x.example"))


@pytest.mark.parametrize(
    ("name", "environment", "url", "words"),
    [
        ("fedex", TOKENS, "https://x", "cannot be pulled"),
        ("shopify", {}, "https://x", "E2A_SHOPIFY_TOKEN_DEMO_3PL holds no token"),
        ("shopify", {"E2A_SHOPIFY_TOKEN_DEMO_3PL": "a\nb"}, "https://x", "holds no token"),
        ("shopify", {"E2A_SHOPIFY_TOKEN": "another's"}, "https://x", "holds no token"),
        ("shopify", TOKENS, None, "is not a base URL"),
        ("shopify", TOKENS, "shop.myshopify.com", "is not a base URL"),
        ("shopify", TOKENS, "ftp://x", "is not a base URL"),
        ("shopify", TOKENS, "https://[x", "is not a base URL"),
        ("shopify", TOKENS, "https://me:pw@x", "is not a base URL"),
        ("shopify", TOKENS, "http://shop.example", "in the clear"),
    ],
)
def test_a_setting_that_cannot_be_is_said(name, environment, url, words):
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        target(name, TENANT, environment, url)


def test_the_schedule_pulls_what_is_named_and_nothing_otherwise():
    assert scheduled({}) == []
    found = scheduled({**TOKENS, "E2A_PULL": "easypost:demo-3pl, "})
    assert [(one.feed.name, one.tenant_id, one.url) for one in found] == [
        ("easypost", "demo-3pl", "https://api.easypost.com")
    ]
    with pytest.raises(ConfigurationError, match="Write sender:tenant"):
        scheduled({**TOKENS, "E2A_PULL": "easypost"})


def test_redirects_are_not_followed():
    with target("shopify", TENANT, TOKENS, "https://x.example").client() as client:
        assert isinstance(client, httpx.Client)
        assert not client.follow_redirects
