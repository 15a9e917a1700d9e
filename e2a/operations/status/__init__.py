"""`e2a status`: what runs, how far it is behind, what is open, and whether that is well.

`report` asks, `parts` looks at processes, `facts` at the database, `judging` says what is not well.
Everything is read; nothing is changed.
"""

from e2a.operations.status.judging import problems
from e2a.operations.status.report import Status, look

__all__ = ["Status", "look", "problems"]
