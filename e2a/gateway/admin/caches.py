"""What is kept to save time or money, and can be asked for anew."""

from typing import Any

import psycopg

from e2a.gateway.admin.access import Office, Operator
from e2a.gateway.door import Door
from e2a.gateway.replies import RefusedRequestError

AI, CREDENTIALS = "ai", "credentials"
_CLEAR = """
delete from ops.ai_answers
where state <> 'pending' and (%(tenant)s::text is null or tenant_id = %(tenant)s)
"""


async def cleared(door: Door, office: Office, who: Operator, kind: str | None) -> dict[str, Any]:
    """Clear a cache, or all.

    Args:
        door: whose process reads its credentials again.
        office: does the work.
        who: a key of one tenant clears that tenant's answers only.
        kind: `ai`, the answers of models that were kept; `credentials`; None is both.

    Raises:
        RefusedRequestError: 400, there is no such cache.
    """
    if kind is not None and kind not in (AI, CREDENTIALS):
        raise RefusedRequestError(
            400, "unknown_cache", f"There is no cache {kind[:40]!r}: say ai or credentials."
        )
    answer: dict[str, Any] = {"cleared": [kind] if kind else [AI, CREDENTIALS]}
    if kind != CREDENTIALS:
        answer["answers"] = await office.work(
            lambda connection, now: _clear(connection, who), writes=True
        )
    if kind != AI:
        await door.keyring.refresh()
    return answer


def _clear(connection: psycopg.Connection[Any], who: Operator) -> int:
    return connection.execute(_CLEAR, {"tenant": who.tenant_id}).rowcount
