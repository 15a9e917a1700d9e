"""What a `Retry-After` header asks for (RFC 9110, section 10.2.3), whoever hears it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def asked_wait(text: str, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, given as a number or a date; None if it is neither."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        asked = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
