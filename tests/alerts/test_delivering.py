"""The deliverer over real sockets: what is sent once, again, together, later, or not at all."""

from datetime import UTC, datetime, timedelta

from e2a.alerts.claimed import Answer as Told
from e2a.alerts.claimed import Patience
from e2a.alerts.claiming import claim
from e2a.alerts.presence import recover
from e2a.alerts.recording import record
from e2a.gateway.signatures import standard_webhooks
from e2a.warehouse.connection import Role
from tests.alerts.routing import TENANT, alerts, announce, outbox
from tests.alerts.scripted import QUICK, Answer, delivering, mailing, serving, until
from tests.alerts.sending import ENVIRONMENT, SECRET, hook, put, settled, states
from tests.warehouse.lane import rows

MAIL = {
    "kind": "smtp", "host_env": "E2A_ALERTS_HOST", "port_env": "E2A_ALERTS_PORT", "tls": "none",
    "from": "alerts@e2a.example", "to": ["ops@e2a.example", "boss@e2a.example"],
}  # fmt: skip
CHAT = {"kind": "slack_chat", "token_env": "E2A_ALERTS_TOKEN", "channel": "C1"}


def to(app, road):
    """Everything goes to one destination, `there`."""
    announce(app, alerts({"to": ["there"]}, destinations={"there": road}))


def breaker(app):
    ((state, openings, failures),) = rows(app, "select state, openings, failures from ops.breakers")
    return state, openings, failures


def test_a_webhook_is_sent_once_and_its_signature_holds(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
    (request,) = server.requests
    check = standard_webhooks().check
    assert check(request.headers, request.body, SECRET.encode(), datetime.now(UTC)) is None
    assert check(request.headers, request.body + b" ", SECRET.encode(), datetime.now(UTC))
    assert request.headers["idempotency-key"] == request.key
    assert request.json["type"] == "breach.opened"
    assert request.json["data"]["order_id"] == "wms:1"


def test_nothing_leaves_before_its_time(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "there", 1, wait=3600)
        put(app, "there", 2)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app, "delivered", "waiting") and server.requests)
    assert states(app) == {("wms:1", "opened"): "waiting", ("wms:2", "opened"): "delivered"}


def test_errors_and_lost_answers_are_tried_again_with_the_same_key(app, shared):
    script = [Answer(500), Answer(silent=True), Answer(503), Answer()]
    with serving(*script) as server:
        to(app, hook(server))
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
    assert len(server.requests) == 4
    assert len({(request.key, request.body) for request in server.requests}) == 1
    assert outbox(app, "attempts, is_uncertain") == [(3, True)]


def test_a_destination_that_asks_to_wait_gets_its_wait_and_no_attempt_is_counted(app, shared):
    with serving(Answer(429, headers={"retry-after": "3600"})) as server:
        to(app, hook(server))
        put(app, "there", 1, 2)
        with delivering(shared, ENVIRONMENT):
            until(lambda: server.requests and settled(app, "waiting"))
    assert len(server.requests) == 1
    assert sorted(outbox(app, "attempts, next_attempt_at > now() + interval '50 minutes'")) == [
        (0, False), (0, True),
    ]  # fmt: skip
    assert rows(app, "select not_before > now() + interval '50 minutes' from ops.breakers") == [
        (True,)
    ]


def test_what_is_never_accepted_is_dead_at_once_and_the_rest_goes_on(app, shared):
    def answer(request):
        return Answer(422 if request.json["data"]["order_id"] == "wms:1" else 200)

    with serving(answer) as server:
        to(app, hook(server))
        put(app, "there", 1, 2)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app, "delivered", "dead"))
    assert states(app) == {("wms:1", "opened"): "dead", ("wms:2", "opened"): "delivered"}
    assert breaker(app) == ("closed", 0, 0)


def test_a_message_is_dead_after_its_last_attempt(app, shared):
    patience = Patience(attempts=3, first_wait=0.01, longest_wait=0.01, trips=99, look=0.05)
    with serving(Answer(500)) as server:
        to(app, hook(server))
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT, patience):
            until(lambda: settled(app, "dead"))
    assert len(server.requests) == 3


def test_the_breaker_opens_once_and_one_probe_closes_it(app, shared):
    bad = [Answer(500) for _ in range(QUICK.trips + 1)]  # the last is a probe that fails
    with serving(*bad, Answer()) as server:
        to(app, hook(server))
        put(app, "there", *range(1, 8))
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
    assert breaker(app) == ("closed", 1, 0)
    assert len(server.requests) == QUICK.trips + 1 + 7
    assert len({request.key for request in server.requests[QUICK.trips + 1 :]}) == 7


def test_while_a_breaker_is_open_nothing_is_sent_and_other_destinations_go_on(app, shared):
    patience = Patience(first_wait=0.01, longest_wait=0.01, first_cool=3600, look=0.05)
    with serving(Answer(500)) as bad, serving() as good:
        announce(app, alerts(destinations={"bad": hook(bad), "hook": hook(good)}))
        put(app, "bad", *range(1, 10))
        with delivering(shared, ENVIRONMENT, patience):
            until(lambda: rows(app, "select from ops.breakers where state = 'open'"))
            put(app, "hook", 1)
            until(lambda: good.requests)
    assert len(bad.requests) == patience.trips


def test_a_probe_does_not_count_as_an_attempt_of_its_message(app, shared):
    patience = Patience(
        attempts=3, trips=2, first_wait=0.01, longest_wait=0.01, first_cool=0.01,
        longest_cool=0.01, look=0.02,
    )  # fmt: skip
    with serving(Answer(500)) as server:
        to(app, hook(server))
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT, patience):
            until(lambda: len(server.requests) > 8)
    assert rows(app, "select attempts, state in ('waiting', 'sending') from ops.outbox") == [
        (2, True)
    ]


def test_a_digest_goes_as_one_message_with_one_key(app, shared):
    with serving(Answer(500), Answer()) as server:
        to(app, hook(server))
        put(app, "there", 1, 2, 3, digest=True)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
    first, second = server.requests
    assert first.key == second.key
    assert second.json["type"] == "breach.digest"
    told = [message["order_id"] for message in second.json["data"]["messages"]]
    assert sorted(told) == ["wms:1", "wms:2", "wms:3"]


def test_what_exceeds_the_rate_goes_together(app, shared):
    with serving() as server:
        to(app, hook(server, per_minute=3))
        put(app, "there", *range(1, 51))
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
            put(app, "there", 51)
            until(lambda: rows(app, "select from ops.outbox where state = 'waiting'"))
    assert len(server.requests) == 3
    assert len(server.requests[2].json["data"]["messages"]) == 48


def test_a_destination_that_is_gone_from_the_routes_leaves_its_messages_dead(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "elsewhere", 1)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app, "dead"))
    assert outbox(app, "answer ->> 'said'") == [("alerts.yaml names no such destination any more",)]


def test_a_missing_secret_is_said_by_its_name_and_nothing_is_sent(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "there", 1)
        with delivering(shared, {}) as said:
            until(lambda: said)
    assert server.requests == []
    assert "E2A_ALERTS_SECRET is not set" in said[0]


def test_slack_webhooks_take_text_and_their_url_is_never_shown(app, shared):
    with serving(Answer(500, "no"), Answer()) as server:
        to(app, {"kind": "slack_webhook", "url_env": "E2A_ALERTS_URL"})
        put(app, "there", 1)
        url = f"{server.url}/services/T0/B0/hidden"
        with delivering(shared, {"E2A_ALERTS_URL": url}) as said:
            until(lambda: settled(app))
    assert server.requests[1].path == "/services/T0/B0/hidden"
    assert server.requests[1].json == {
        "text": "MEDIUM: pick of order wms:1 at MEM1, since 2026-04-14 14:00 UTC."
    }
    kept = [text for (text,) in rows(app, "select o::text from ops.outbox as o")]
    assert [line for line in said + kept if "hidden" in line] == []


def posted(request):
    if request.path == "/chat.update":
        return Answer(200, {"ok": True, "channel": "C1", "ts": "17.1"})
    return Answer(200, {"ok": True, "channel": "C1", "ts": "17.1"})


def test_a_message_in_a_slack_channel_is_changed_when_its_breach_clears(app, shared):
    with serving(posted) as server:
        to(app, CHAT | {"api": server.url})
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT) as said:
            until(lambda: settled(app))
            put(app, "there", 1, kind="cleared", because="retracted")
            until(lambda: settled(app))
    post, change = server.requests
    assert (post.path, post.json["channel"]) == ("/chat.postMessage", "C1")
    assert post.headers["authorization"] == "Bearer xoxb-very-secret"
    assert (change.path, change.json["ts"]) == ("/chat.update", "17.1")
    assert change.json["text"] == (
        "Cleared: pick of order wms:1 at MEM1: it was on time after all."
    )
    assert [line for line in said if "xoxb" in line] == []


def test_a_slack_message_that_cannot_be_changed_is_followed_by_another(app, shared):
    def answer(request):
        if request.path == "/chat.update":
            return Answer(200, {"ok": False, "error": "message_not_found"})
        return posted(request)

    with serving(answer) as server:
        to(app, CHAT | {"api": server.url})
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
            put(app, "there", 1, kind="cleared")
            until(lambda: settled(app))
    paths = [request.path for request in server.requests]
    assert paths == ["/chat.postMessage", "/chat.update", "/chat.postMessage"]


def test_slack_says_two_hundred_and_what_is_wrong(app, shared):
    script = [
        Answer(200, {"ok": False, "error": "channel_not_found"}),
        Answer(200, {"ok": False, "error": "msg_too_long"}),
    ]
    with serving(*script) as server:
        to(app, CHAT | {"api": server.url})
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app, "dead"))
    assert len(server.requests) == 2
    assert rows(app, "select last_failure from ops.breakers") == [("channel_not_found",)]


def test_mail_goes_to_everybody_with_the_key_as_its_message_id(app, shared):
    with mailing("451 try later") as box:
        to(app, MAIL)
        put(app, "there", 1)
        environment = {"E2A_ALERTS_HOST": "127.0.0.1", "E2A_ALERTS_PORT": str(box.port)}
        with delivering(shared, environment):
            until(lambda: settled(app))
    ((key,),) = outbox(app, "idempotency_key")
    (mail,) = box.mails
    assert f"Message-ID: <{key}@e2a.example>" in mail
    assert "To: ops@e2a.example, boss@e2a.example" in mail
    assert "Subject: Late: pick of order wms:1 at MEM1" in mail


def test_a_mail_that_the_server_refuses_for_good_is_dead(app, shared):
    with mailing("554 spam") as box:
        to(app, MAIL)
        put(app, "there", 1)
        environment = {"E2A_ALERTS_HOST": "127.0.0.1", "E2A_ALERTS_PORT": str(box.port)}
        with delivering(shared, environment):
            until(lambda: settled(app, "dead"))
    assert box.mails == []


def test_a_retraction_is_not_sent_while_another_sends_what_it_takes_back(app, shared):
    with shared.connect(Role.DELIVERER, autocommit=True) as link:

        def take():
            return claim(link, TENANT, "there", 1, per_minute=9, probe_seconds=60)

        put(app, "there", 1)
        first = take()
        put(app, "there", 1, kind="cleared")
        assert take() is None
        assert record(link, first, 1, Told("accepted", "ok"), QUICK) == "delivered"
        assert [part.kind for part in take().parts] == ["cleared"]


def test_what_was_given_to_another_deliverer_is_not_noted(app, shared):
    with shared.connect(Role.DELIVERER, autocommit=True) as link:
        put(app, "there", 1)
        first = claim(link, TENANT, "there", 1, per_minute=9, probe_seconds=60)
        assert recover(link) == 1  # nobody holds the lock of deliverer 1
        assert record(link, first, 1, Told("accepted", "ok"), QUICK) == "lost"
    assert outbox(app, "state, is_uncertain") == [("waiting", True)]


def test_a_retraction_waits_while_what_it_takes_back_is_on_its_way(app, shared):
    """Refused while it was being sent: neither is sent again."""
    with serving() as server:
        to(app, hook(server))
        put(app, "there", 1)

        def over(request):
            put(app, "there", 1, kind="cleared")
            app.execute("update ops.outbox set is_over = true where kind = 'opened'")
            app.commit()
            return Answer(500)

        server.script = over
        with delivering(shared, ENVIRONMENT):
            until(lambda: settled(app, "retracted"))
    assert len(server.requests) == 1


def test_two_deliverers_share_the_work_and_nothing_goes_twice(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "there", *range(1, 41))
        with delivering(shared, ENVIRONMENT), delivering(shared, ENVIRONMENT):
            until(lambda: settled(app))
    assert len(server.requests) == len({request.key for request in server.requests}) == 40


def test_a_deliverer_comes_back_when_its_connections_are_cut(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "there", 1)
        with delivering(shared, ENVIRONMENT), shared.connect(Role.ADMIN, autocommit=True) as admin:
            until(lambda: settled(app))
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = 'e2a_deliverer' and datname = %s",
                (shared.database,),
            )
            put(app, "there", 2)
            until(lambda: settled(app))
    assert len(server.requests) == 2


def test_the_deliverer_sees_no_facts(shared):
    with shared.connect(Role.DELIVERER) as connection:
        found = connection.execute(
            "select c.oid::regclass::text from pg_class as c "
            "inner join pg_namespace as n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'p', 'v') and n.nspname not in "
            "('pg_catalog', 'information_schema') and has_schema_privilege(n.oid, 'usage') "
            "and has_table_privilege(c.oid, 'select') order by 1"
        ).fetchall()
    assert [name for (name,) in found] == [
        "ops.breakers", "ops.heartbeats", "ops.outbox", "reference.alert_policies",
    ]  # fmt: skip


def test_an_announcement_leaves_within_a_second_of_its_time(app, shared):
    with serving() as server:
        to(app, hook(server))
        put(app, "there", 1, wait=1.3)
        with delivering(shared, ENVIRONMENT, Patience()):
            until(lambda: settled(app))
    ((late,),) = outbox(app, "sent_at - announce_after")
    assert timedelta(0) <= late
