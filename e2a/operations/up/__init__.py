"""`e2a up`: every part of the installation as one thing that starts and stops.

`parts` says which processes there are (add one there), `supervising` starts them again when they
die, `trees` stops them, `lines` shows what they say, `register` tells others what runs.
"""

from e2a.operations.up.parts import NAMES, Part, Ports, chosen
from e2a.operations.up.supervising import supervise

__all__ = ["NAMES", "Part", "Ports", "chosen", "supervise"]
