"""Records, what must be kept: the training register, observations of practice, certificates, a team's progress.

A covered entity documents that training was provided (45 CFR 164.530(b)(2)(ii)) and keeps what it
must document for six years from its creation, or from when it was last in effect, whichever is later
(45 CFR 164.530(j)(2); the Security Rule's twin is 164.316(b)(2)(i)). What a record holds beyond that
(score, versions, hashes) is good practice. No member's information belongs in it.
"""

from simlab.records.entry import Entry, keep_until
from simlab.records.register import Kept, Register

__all__ = ["Entry", "Kept", "Register", "keep_until"]
