"""`e2a doctor`: what is wrong, why, and the command that mends it.

Add a check: a function that yields findings, in the file of what it looks at, and a line in
`examining.CHECKS`. A check reads; it changes nothing, and what it tries it takes back.
"""

from e2a.operations.doctor.examining import CHECKS, Looked, examine
from e2a.operations.doctor.finding import Finding, Ground

__all__ = ["CHECKS", "Finding", "Ground", "Looked", "examine"]
