"""Where sessions are kept: what was done, in order, and nothing of what is still to come.

SQLite in a file by default, PostgreSQL by URL. An action is appended and never changed: its
number is part of the primary key, so of two writers that append the same number only one does,
and each record carries the hash of the one before it, so that a changed or dropped one is found.
"""

from __future__ import annotations

import dataclasses
import json
import weakref
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, OperationalError, SQLAlchemyError

from simlab.errors import InputError, SessionError, UnknownName
from simlab.tabletop.actions import Action, canonical, sha256

_META = sa.MetaData()
_SESSIONS = sa.Table(
    "tabletop_sessions",
    _META,
    sa.Column("session", sa.String(120), primary_key=True),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("scenario_hash", sa.String(64), nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("members", sa.Integer, nullable=False),
)
_ACTIONS = sa.Table(
    "tabletop_actions",
    _META,
    sa.Column("session", sa.String(120), sa.ForeignKey("tabletop_sessions.session"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("state", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)


@dataclasses.dataclass(frozen=True)
class Card:
    """What a session is played on: scenario (id or file), its hash, seed and size of the company."""

    session: str
    scenario: str
    scenario_hash: str
    seed: int
    members: int


@dataclasses.dataclass(frozen=True)
class Record:
    """An action as it is kept, with the digest of the state that it led to."""

    seq: int
    action: Action
    state: str


class Store:
    """Sessions in a database. Raises InputError for a URL that leads nowhere."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._engine = _engine(_full(url))
            # One in memory holds its connection as long as it lives; Python 3.13 warns of one left open.
            weakref.finalize(self, self._engine.dispose)
            _META.create_all(self._engine)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as e:
            raise InputError(f"store {_shown(url)}: not a database that can be used ({_short(e)}): {_RIGHT}") from None
        except (SQLAlchemyError, OSError) as e:
            raise InputError(f"store {_shown(url)}: cannot be opened: {_short(e)}") from None

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def sessions(self) -> list[Card]:
        """Every session kept here, in order of name."""
        with self._engine.connect() as c:
            rows = c.execute(sa.select(_SESSIONS).order_by(_SESSIONS.c.session)).all()
        return [Card(*row) for row in rows]

    def create(self, scenario: str, scenario_hash: str, seed: int, members: int, *, stem: str) -> Card:
        """A new session, named `stem`-1, -2, ... by what is free."""
        for _ in range(100):
            taken = {card.session for card in self.sessions()}
            name = next(f"{stem}-{n}" for n in range(1, len(taken) + 2) if f"{stem}-{n}" not in taken)
            card = Card(name, scenario, scenario_hash, seed, members)
            try:
                with self._engine.begin() as c:
                    c.execute(_SESSIONS.insert().values(**dataclasses.asdict(card)))
                return card
            except IntegrityError:
                continue  # somebody else took the name between the look and the write
        raise SessionError(f"no free name for a session of {stem}: try again")

    def card(self, session: str) -> Card:
        """Raises UnknownName."""
        with self._engine.connect() as c:
            row = c.execute(sa.select(_SESSIONS).where(_SESSIONS.c.session == session)).first()
        if row is None:
            raise UnknownName("session", session, [card.session for card in self.sessions()])
        return Card(*row)

    def append(self, session: str, seq: int, action: Action, state: str) -> None:
        """Keep action number `seq` (from 1), which led to the state with this digest.

        Raises SessionError when that number is taken or the ones before it are not there.
        """
        try:
            with self._engine.begin() as c:
                before = self._last(c, session)
                if before[0] != seq - 1:
                    raise SessionError(_taken(session, seq, before[0]))
                text = action.canonical()
                link = _link(before[1], session, seq, text, state)
                c.execute(_ACTIONS.insert().values(session=session, seq=seq, record=text, state=state, hash=link))
        except IntegrityError:
            raise SessionError(_taken(session, seq, seq)) from None
        except OperationalError as e:
            raise SessionError(f"session {session}: action {seq} could not be kept: {_short(e)}: do it again") from None

    def _last(self, c: sa.Connection, session: str) -> tuple[int, str]:
        found = c.execute(
            sa.select(_ACTIONS.c.seq, _ACTIONS.c.hash)
            .where(_ACTIONS.c.session == session)
            .order_by(_ACTIONS.c.seq.desc())
            .limit(1)
        ).first()
        return (found.seq, found.hash) if found else (0, self._root(c, session))

    def _root(self, c: sa.Connection, session: str) -> str:
        """The chain begins at what the session is played on, so that this cannot change either."""
        row = c.execute(sa.select(_SESSIONS).where(_SESSIONS.c.session == session)).first()
        if row is None:
            raise UnknownName("session", session, [card.session for card in self.sessions()])
        return sha256(canonical(list(row)))

    def records(self, session: str) -> list[Record]:
        """Every action of a session, in order. Raises SessionError where the chain is broken, UnknownName."""
        with self._engine.connect() as c:
            link = self._root(c, session)
            rows = c.execute(sa.select(_ACTIONS).where(_ACTIONS.c.session == session).order_by(_ACTIONS.c.seq)).all()
        out = []
        for seq, row in enumerate(rows, 1):
            link = _link(link, session, seq, row.record, row.state)
            if row.seq != seq or row.hash != link:
                raise SessionError(f"session {session}: action {seq} was changed or dropped after it was kept")
            data = json.loads(row.record)
            out.append(Record(seq, Action(data["kind"], data["by"], data["data"]), row.state))
        return out


_RIGHT = "write for example sqlite:///sessions.db or postgresql://user@host/name"


def _full(url: str) -> sa.URL:
    """The URL with the driver that is installed: psycopg 3 for PostgreSQL."""
    full = sa.make_url(url)
    if full.drivername in ("postgresql", "postgres"):
        return full.set(drivername="postgresql+psycopg")
    if full.drivername == "sqlite" and full.database not in (None, "", ":memory:"):
        Path(str(full.database)).parent.mkdir(parents=True, exist_ok=True)
    return full


def _engine(url: sa.URL) -> sa.Engine:
    """SQLite files are closed after each use, so that Windows can move or delete them."""
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return sa.create_engine(url, poolclass=sa.NullPool)
    return sa.create_engine(url)


def default_url(folder: Path) -> str:
    """The store of a working folder: a SQLite file below its `.simlab`."""
    return f"sqlite:///{(folder / '.simlab' / 'sessions.db').as_posix()}"


def _link(before: str, session: str, seq: int, record: str, state: str) -> str:
    return sha256(canonical([before, session, seq, record, state]))


def _taken(session: str, seq: int, last: int) -> str:
    return (
        f"session {session}: action {seq} cannot be added, the last one kept is {last}: "
        "somebody else acted meanwhile, so open the session again"
    )


def _shown(url: str) -> str:
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return repr(url)


def _short(e: Exception) -> str:
    return str(getattr(e, "orig", None) or e).splitlines()[0]
