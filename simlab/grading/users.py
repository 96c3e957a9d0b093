"""Whom a box runs as: a plain user, and for each box another one where root grades.

Root has to do the mounting, as Python may lie where only root can reach it, and drops to that user
before anything runs: as root the limit on processes would not hold. It counts them by uid, over all
boxes of this machine, so that two boxes of one uid could starve each other.
"""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass

from simlab.errors import SandboxError

FIRST, COUNT = 60706, 478  # systemd's documentation says that nobody uses these uids


@dataclass(frozen=True)
class User:
    """A uid and gid; while `claim` is open no other box of root's has them."""

    uid: int
    gid: int
    claim: socket.socket | None = None

    @classmethod
    def free(cls) -> User:
        """This user, or for root one whom no other box uses. Raises SandboxError."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for n in range(COUNT):
            uid = FIRST + (os.getpid() + n) % COUNT
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0simlab-box-{uid}")  # a name that is free again when this process has ended
                return cls(uid, uid, claim)
            except OSError:
                claim.close()
        raise SandboxError("too many boxes at once on this machine: grade with fewer workers")

    def close(self) -> None:
        """Another box may have this uid."""
        if self.claim is not None:
            self.claim.close()

    def become(self) -> list[str]:
        """Words before a command that make it this user's, without any rights. Raises SandboxError."""
        if self.claim is None:
            return []
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise SandboxError("setpriv (package util-linux) is not installed: install it, or grade as a plain user")
        drop = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        return [setpriv, "--reuid", str(self.uid), "--regid", str(self.gid), "--clear-groups", *drop, "--"]

    def accounts(self, home: str) -> dict[str, bytes]:
        """The box's account files, by path."""
        return {
            "/etc/passwd": f"learner:x:{self.uid}:{self.gid}:learner:{home}:/bin/sh\n".encode(),
            "/etc/group": f"learner:x:{self.gid}:\n".encode(),
        }
