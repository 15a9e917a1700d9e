"""Every road with its parser, as the warehouse is handed them.

Add nothing here: a new road follows from `Source`.
"""

from e2a.domain.deliveries import Source
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.drain import Reader

READERS = tuple(Reader(source, parse, PARSER_VERSION) for source in Source)
"""One reader a source."""
