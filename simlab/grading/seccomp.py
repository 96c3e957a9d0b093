"""A small seccomp filter for the box: system calls that would get round its limits fail.

Memory that no process maps (memfd, SysV segments, queues and semaphores, shared pages that were let
go of, a tmpfs mounted in a user namespace of one's own) is in nobody's resident size, so the memory
watcher could not see it; new namespaces and mounts would also open parts of the kernel that a
notebook never needs. Of sockets only the usual kinds are left, as a network namespace does not hold
them all: AF_VSOCK of a virtual machine reaches its host.

Two boxes read the same Python, so whatever one can leave on a file that it may only read is a word to
the other: watches and leases are refused, and a lock is answered "yes" and not taken, as the only
process of a box that wants one (sqlite's) has nobody to shut out.
"""

from __future__ import annotations

import errno
import platform
import struct

_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CLONE_NEW = 0x7E020000  # CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET

# name: (x86_64, aarch64); linux/arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h
_DENIED = {
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "landlock_create_ruleset": (444, 444),
    "inotify_init": (253, 0xFFFF),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "mincore": (27, 232),
}
_FLOCK, _FCNTL = (73, 32), (72, 25)
# linux/fcntl.h: F_GETLK, F_SETLK, F_SETLKW and their F_OFD_ kin; F_SETLEASE, F_GETLEASE, F_NOTIFY
_LOCKS, _NOTICES = (5, 6, 7, 36, 37, 38), (1024, 1025, 1026)
_CLONE, _CLONE3, _SOCKET, _MMAP = (56, 220), (435, 435), (41, 198), (9, 222)
_FIRST, _SECOND, _THIRD, _FOURTH = 16, 24, 32, 40  # where the arguments of a call lie
_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK = 1, 2, 10, 16
_PROTOCOLS = (0, 6, 17)  # the family's own, TCP, UDP
_MAP_SHARED, _MAP_ANONYMOUS = 0x01, 0x20
_MACHINE = {"x86_64": (0, 0xC000003E), "amd64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}


def program() -> bytes:
    """The filter as BPF for `bwrap --seccomp`; empty on a machine whose call numbers are not known here."""
    column, arch = _MACHINE.get(platform.machine().lower(), (-1, 0))
    if column < 0 or struct.calcsize("P") != 8:
        return b""
    refuse, missing = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
    # Another architecture's numbering (or x32's) would walk past every line below.
    code = [_op(_LOAD, 4), _op(_JEQ, arch, 1, 0), _op(_RET, missing), _op(_LOAD, 0)]
    if column == 0:
        code += [_op(_JGE, 0x40000000, 0, 1), _op(_RET, missing)]
    for numbers in _DENIED.values():
        code += [_op(_JEQ, numbers[column], 0, 1), _op(_RET, refuse)]
    # clone3 hides its flags behind a pointer; told that it is missing, libc falls back to clone.
    code += [_op(_JEQ, _CLONE3[column], 0, 1), _op(_RET, missing)]
    code += _sockets(_SOCKET[column])
    code += _locks(_FLOCK[column], _FCNTL[column])
    # Shared pages that belong to no file stay when a process lets go of them, and are then in no size.
    code += [_op(_JEQ, _MMAP[column], 0, 5), _op(_LOAD, _FOURTH), _op(_JSET, _MAP_ANONYMOUS, 0, 2)]
    code += [_op(_JSET, _MAP_SHARED, 0, 1), _op(_RET, refuse), _op(_RET, _ALLOW)]
    code += [_op(_JEQ, _CLONE[column], 0, 3), _op(_LOAD, _FIRST), _op(_JSET, _CLONE_NEW, 0, 1), _op(_RET, refuse)]
    return b"".join([*code, _op(_RET, _ALLOW)])


def _locks(flock: int, fcntl: int) -> list[bytes]:
    """Locks are granted and not taken; leases and notices are refused."""
    granted, refuse, among = _ERRNO | 0, _ERRNO | errno.EPERM, [*_LOCKS, *_NOTICES]
    asked = [_op(_JEQ, word, len(among) - i + (word in _NOTICES), 0) for i, word in enumerate(among)]
    whole = [_op(_LOAD, _SECOND), *asked, _op(_RET, _ALLOW), _op(_RET, granted), _op(_RET, refuse)]
    return [_op(_JEQ, flock, 0, 1), _op(_RET, granted), _op(_JEQ, fcntl, 0, len(whole)), *whole]


def _sockets(call: int) -> list[bytes]:
    """Unix and netlink sockets (libraries ask for the interfaces), TCP and UDP, whose loopback ipykernel uses."""
    unknown, among = _ERRNO | errno.EAFNOSUPPORT, len(_PROTOCOLS)
    start = [_op(_LOAD, _FIRST), _op(_JEQ, _AF_UNIX, 0, 1), _op(_RET, _ALLOW), _op(_JEQ, _AF_NETLINK, 0, 1)]
    start += [_op(_RET, _ALLOW), _op(_JEQ, _AF_INET, 2, 0), _op(_JEQ, _AF_INET6, 1, 0), _op(_RET, unknown)]
    inet = [_op(_LOAD, _THIRD), *(_op(_JEQ, p, among - i, 0) for i, p in enumerate(_PROTOCOLS))]
    whole = [*start, *inet, _op(_RET, unknown), _op(_RET, _ALLOW)]
    return [_op(_JEQ, call, 0, len(whole)), *whole]


def _op(code: int, k: int, when_true: int = 0, when_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, when_true, when_false, k)
