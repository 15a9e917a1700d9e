"""What a reader of bulk files hands over, and how a row becomes a delivery."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.dialects import BAD_ROW, DIALECT_HEADER


@dataclass(frozen=True, slots=True)
class Bulk:
    """A file that can be read: how many deliveries it holds, and these, read lazily.

    Attributes:
        rows: at most so many; blank ones are left out.
    """

    rows: int
    deliveries: Iterator[Delivery]


@dataclass(frozen=True, slots=True)
class Target:
    """Whose rows they are and when they arrived.

    Attributes:
        headers: what the sender is known by, such as the namespace of his order numbers.
    """

    tenant_id: str
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)

    def delivery(
        self, kind: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Delivery:
        """A delivery known by its content."""
        digest = hashlib.sha256(body).hexdigest()[:32]
        given = self.headers if headers is None else headers
        return Delivery(
            self.tenant_id, Source.FILE, f"{kind}:{digest}", self.received_at, body, given
        )

    def bad_row(self, where: str, problem: str, row: list[str]) -> Delivery:
        """A row that could not be read, with the sentence that says where and why."""
        said = f"{where} {problem}; correct the row and land it again."
        body = orjson.dumps({"problem": said, "row": row})
        return self.delivery("row", body, {DIALECT_HEADER: BAD_ROW})
