"""The file behind the stand-in: rows, messages, told facts, runs and objects, shared by all processes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS rows (tbl TEXT, pk TEXT, sk TEXT, item TEXT, PRIMARY KEY (tbl, pk, sk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY, queue TEXT, body TEXT, attributes TEXT, sent_at REAL, visible_at REAL, receives INTEGER);
CREATE INDEX IF NOT EXISTS waiting ON messages (queue, visible_at);
CREATE TABLE IF NOT EXISTS runs (name TEXT PRIMARY KEY, input TEXT, started INTEGER);
CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, bytes INTEGER, writes INTEGER);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS away (service TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS answers (number INTEGER, status INTEGER, ms REAL, late_ms REAL);
CREATE TABLE IF NOT EXISTS works (door TEXT, ms REAL, size INTEGER);
"""


class Shelf:
    """One connection of one process. Writes lock the whole file for some ten microseconds."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30, cached_statements=256)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=OFF")
        self.db.execute("PRAGMA busy_timeout=30000")
        self.db.executescript(_TABLES)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Everything inside happens at once or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def row(self, table: str, pk: str, sk: str) -> dict[str, Any] | None:
        """An item, or None."""
        found = self.db.execute(
            "SELECT item FROM rows WHERE tbl=? AND pk=? AND sk=?", (table, pk, sk)
        ).fetchone()
        return None if found is None else json.loads(found[0])

    def put_row(self, table: str, pk: str, sk: str, item: dict[str, Any]) -> None:
        """Write an item."""
        self.db.execute("INSERT OR REPLACE INTO rows VALUES (?,?,?,?)", (table, pk, sk, json.dumps(item)))

    def drop_row(self, table: str, pk: str, sk: str) -> None:
        """Delete an item."""
        self.db.execute("DELETE FROM rows WHERE tbl=? AND pk=? AND sk=?", (table, pk, sk))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All items of a table."""
        return [
            json.loads(item) for (item,) in self.db.execute("SELECT item FROM rows WHERE tbl=?", (table,))
        ]

    def send(self, queue: str, body: str, attributes: str = "{}") -> None:
        """Put a message on a queue."""
        now = time.time()
        self.db.execute(
            "INSERT INTO messages (queue, body, attributes, sent_at, visible_at, receives) VALUES (?,?,?,?,?,0)",
            (queue, body, attributes, now, now),
        )

    def receive(self, queue: str, most: int, hidden_for: float) -> list[tuple[int, str, int]]:
        """Take up to ``most`` visible messages and hide them: (id, body, how often it was received)."""
        now = time.time()
        with self.writing():
            return self.db.execute(
                "UPDATE messages SET visible_at=?, receives=receives+1 WHERE id IN"
                " (SELECT id FROM messages WHERE queue=? AND visible_at<=? ORDER BY visible_at LIMIT ?)"
                " RETURNING id, body, receives",
                (now + hidden_for, queue, now, most),
            ).fetchall()

    def done(self, ids: list[int]) -> None:
        """Delete messages that were worked off."""
        self.db.executemany("DELETE FROM messages WHERE id=?", [(one,) for one in ids])

    def give_back(self, ids: list[int]) -> None:
        """Show messages again, after a moment: a batch item failure."""
        soon = time.time() + 0.5
        self.db.executemany("UPDATE messages SET visible_at=? WHERE id=?", [(soon, one) for one in ids])

    def move(self, ids: list[int], queue: str) -> None:
        """What SQS does with a message that was received too often."""
        self.db.executemany("UPDATE messages SET queue=? WHERE id=?", [(queue, one) for one in ids])

    def waiting(self, queue: str) -> int:
        """How many messages are on a queue, hidden ones included."""
        found = self.db.execute("SELECT count(*) FROM messages WHERE queue=?", (queue,)).fetchone()
        return int(found[0])

    def visible(self, queue: str) -> int:
        """How many messages could be received now."""
        found = self.db.execute(
            "SELECT count(*) FROM messages WHERE queue=? AND visible_at<=?", (queue, time.time())
        ).fetchone()
        return int(found[0])

    def set_away(self, service: str, away: bool) -> None:
        """Let a service answer nothing but 503 from now on, or let it come back."""
        statement = "INSERT OR REPLACE INTO away VALUES (?)" if away else "DELETE FROM away WHERE service=?"
        self.db.execute(statement, (service,))

    def is_away(self, service: str) -> bool:
        """Whether a service is away."""
        found = self.db.execute("SELECT 1 FROM away WHERE service=?", (service,)).fetchone()
        return found is not None
