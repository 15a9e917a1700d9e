"""`POST /ingest/{source}`: verify, store, answer.

The order of work is the security: caps, credential, body, signature over the raw bytes, account;
then one durable commit; only then 2xx. `batch` is the other way in.
"""

from typing import Any

import orjson
import psycopg

from e2a.domain.deliveries import Delivery
from e2a.gateway.admission import body as bodies
from e2a.gateway.admission import headers as heads
from e2a.gateway.admission.credential import Claim, candidates, prove, settle
from e2a.gateway.credentials.model import Credential
from e2a.gateway.door import Door
from e2a.gateway.replies import BY_STATUS, SHIPHERO, Reply, unavailable
from e2a.gateway.senders import Sender
from e2a.sources.delivery_ids import delivery_id, reads_body

Scope = dict[str, Any]
Receive = Any


async def admit(
    door: Door, sender: Sender, claim: Claim, scope: Scope, receive: Receive, share: bodies.Share
) -> tuple[Credential, dict[str, str], bytes, Any]:
    """A verified message: whose it is, its headers, raw body, and the body as JSON if needed.

    Raises:
        RefusedRequestError: it is not taken.
        GoneError: the sender hung up.
    """
    longest = bodies.LONGEST_BATCH if sender.word == "batch" else bodies.LONGEST
    headers = heads.read_headers(scope["headers"], sender)
    bodies.check_length(headers, longest)
    heads.check_form(headers)
    now = door.clock()
    try:
        found = await candidates(door.keyring, sender, headers, claim, now)
    except psycopg.Error:
        raise unavailable("database") from None
    body = await bodies.read_body(receive, longest, share)
    proven = prove(found, sender, headers, body, now)
    document = _document(body) if _needs_document(sender) else None
    return settle(proven, sender, headers, document), headers, body, document


def _needs_document(sender: Sender) -> bool:
    return sender.word != "batch" and (sender.account_reads_body or reads_body(sender.word))


def _document(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """The body as JSON; None if it is none, which is for the parser to judge."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


async def ingest(
    door: Door,
    sender: Sender,
    claim: Claim,
    scope: Scope,
    receive: Receive,
    correlation_id: str,
) -> tuple[Reply, str, str]:
    """Take one message in.

    Returns:
        The reply, the word for the metrics (stored, conflict, duplicate), and the key's name.

    Raises:
        RefusedRequestError: it is not acknowledged.
        GoneError: the sender hung up.
    """
    with door.memory.share() as share:
        holder, headers, body, document = await admit(door, sender, claim, scope, receive, share)
        delivery = Delivery(
            tenant_id=holder.tenant_id,
            source=sender.road,
            delivery_id=delivery_id(sender.word, headers, body, document),
            received_at=door.clock(),
            body=body,
            headers=heads.kept(headers, sender, holder, correlation_id),
        )
        (word,) = await door.writers.store([delivery], holder.key_id)
    return SHIPHERO if sender.word == "shiphero" else BY_STATUS[word], word, holder.key_id
