"""How good input is made bad: by its structure, its texts and its bytes. Everything is drawn from one ``Random``."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

TEXTS = (
    "",
    " ",
    "\x00",
    "a\r\nBcc: eve@evil.example",
    "a\nSubject: x",
    "\u2028Bcc: eve@evil.example",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "=?utf-8?q?=0ABcc:_eve=40evil.example?=",
    "javascript:alert(1)",
    "//evil.example",
    "https://evil.example@shop.example/",
    "https://[::1",
    "https://shop.example:99999/",
    "\ud800",
    "\u202eexe.gpj",
    "9" * 400,
    "x" * 5000,
    "-1",
    "1e999",
    "NaN",
    "٣٤",
    "null",
    "true",
    "2026-02-30T10:00:00Z",
    "2026-03-02T10:00:00",
    "9999-12-31T23:59:59+14:00",
    "0001-01-01T00:00:00-14:00",
    "../../etc/passwd",
    "'; DROP TABLE carts; --",
    "%00%0d%0a",
    "ada@example.com\r\nBcc: eve@evil.example",
    "ada@example.com,eve@evil.example",
    "EUR",
    "eur",
    "\ufeff",
    "a" * 64 + "@example.com",
    "🧵" * 50,
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(10**30),
    2**63,
    0.1,
    [],
    {},
    [[]],
    [None],
    [1, "a", {}],
    {"": None},
    {"id": {"id": {}}},
)
BYTES = (
    b"\x00",
    b"\xff",
    b"\r\n",
    b'"',
    b"\\",
    b"{",
    b"[",
    b"]",
    b"}",
    b",",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xf0\x9f",
    b"9" * 40,
)


def text(random: Random, good: str) -> str:
    """The text with something done to it, or another one."""
    match random.randrange(6):
        case 0:
            return random.choice(TEXTS)
        case 1:
            return good + random.choice(TEXTS)
        case 2:
            place = random.randrange(len(good) + 1)
            return good[:place] + random.choice(TEXTS)[:50] + good[place:]
        case 3:
            return good[: random.randrange(len(good) + 1)]
        case 4:
            place = random.randrange(len(good) + 1)
            return (
                good[:place]
                + chr(random.choice((random.randrange(32), random.randrange(0x500))))
                + good[place + 1 :]
            )
    return good * random.randrange(2, 4)


def value(random: Random, good: Any) -> Any:
    """Another value in its place: of the same kind, or of none."""
    if isinstance(good, str) and random.random() < 0.7:
        return text(random, good)
    if isinstance(good, int) and not isinstance(good, bool) and random.random() < 0.5:
        return good + random.choice((1, -1, 10**9, -(10**9), -2 * good))
    return copy.deepcopy(random.choice((*VALUES, random.choice(TEXTS))))


def document(random: Random, good: Any) -> Any:
    """The document with one to three edits; it is changed in place, so give a fresh one."""
    holder = [good]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        _edit(random, holder)
    return holder[0]


def _edit(random: Random, holder: list[Any]) -> None:
    """Walk to a random place and change it there."""
    inside: Any = holder
    key: Any = 0
    while isinstance(inside[key], dict | list) and inside[key] and random.random() < 0.8:
        inside = inside[key]
        key = random.choice(list(inside)) if isinstance(inside, dict) else random.randrange(len(inside))
    match random.randrange(8):
        case 0 if inside is not holder:
            del inside[key]
        case 1 if isinstance(inside, dict):
            inside[text(random, str(key))] = inside.pop(key)
        case 2 if isinstance(inside, list) and inside is not holder:
            inside.extend(copy.deepcopy(inside[key]) for _ in range(random.choice((1, 3, 200))))
        case 3:
            for _ in range(random.choice((1, 5, 70))):
                inside[key] = [inside[key]] if random.random() < 0.5 else {"a": inside[key]}
        case _:
            inside[key] = value(random, inside[key])


def raw(random: Random, good: bytes) -> bytes:
    """The bytes with one to four of them changed, lost, doubled or made up."""
    bad = bytearray(good)
    for _ in range(random.randrange(1, 5)):
        place = random.randrange(len(bad) + 1)
        match random.randrange(5):
            case 0 if place < len(bad):
                bad[place] ^= 1 << random.randrange(8)
            case 1:
                bad[place:place] = random.choice(BYTES)
            case 2:
                del bad[place : place + random.randrange(1, 20)]
            case 3:
                bad[place:place] = bad[place : place + random.randrange(1, 40)]
            case _:
                del bad[place:]
    return bytes(bad)


def body(random: Random, good: str) -> bytes:
    """A JSON document, changed by its structure or by its bytes."""
    if random.random() < 0.25:
        return raw(random, good.encode())
    changed = document(random, json.loads(good))
    return json.dumps(changed, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
