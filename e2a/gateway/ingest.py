"""`POST /ingest/{source}`: verify, store, answer.

The order of work is the security: caps, credential, body, signature over the raw bytes, account;
then one durable commit; only then 2xx. `batch` is the other way in.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Admitted:
    """A verified message; its JSON is not kept, which can weigh many times its bytes.

    Attributes:
        holder: the credential that it proves, and so whose it is.
        id: under which it is known; "" for a batch, whose lines have ids of their own.
    """

    holder: Credential
    headers: dict[str, str]
    body: bytes
    id: str


async def admit(
    door: Door, sender: Sender, claim: Claim, scope: Scope, receive: Receive, share: bodies.Share
) -> Admitted:
    """Verify a message.

    Raises:
        RefusedRequestError: it is not taken.
        GoneError: the sender hung up.
    """
    is_batch = sender.word == "batch"
    longest = bodies.LONGEST_BATCH if is_batch else bodies.LONGEST
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
    if is_batch:
        return Admitted(settle(proven, sender, headers, None), headers, body, "")
    reads = sender.account_reads_body or reads_body(sender.word)
    document = document_of(body) if reads else None
    holder = settle(proven, sender, headers, document)
    return Admitted(holder, headers, body, delivery_id(sender.word, headers, body, document))


def document_of(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
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
        message = await admit(door, sender, claim, scope, receive, share)
        delivery = Delivery(
            tenant_id=message.holder.tenant_id,
            source=sender.road,
            delivery_id=message.id,
            received_at=door.clock(),
            body=message.body,
            headers=heads.kept(message.headers, sender, message.holder, correlation_id),
        )
        (word,) = await door.writers.store([delivery], message.holder.key_id)
    reply = SHIPHERO if sender.word == "shiphero" else BY_STATUS[word]
    return reply, word, message.holder.key_id
