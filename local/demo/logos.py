"""The demo shops' logos: drawn here as PNG, because that is what mail programs show."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

HEIGHT = 72
"""Pixels: twice the 36 in which a logo is shown, as screens of phones want it."""
_UNIT, _STROKE, _GAP, _SIDE = 6.0, 6.5, 13.0, 60.0

# Lines from point to point, each point two digits, on a grid of 4 by 6.
_LETTERS = {
    "A": ("062046", "1434"),
    "B": ("06003041423303", "3344453606"),
    "D": ("06002042442606",),
    "E": ("40000646", "0333"),
    "H": ("0006", "4046", "0343"),
    "I": ("0006",),
    "K": ("0006", "400346"),
    "L": ("000646",),
    "N": ("06004640",),
    "O": ("103041453616050110",),
    "R": ("06003041423303", "2346"),
    "S": ("413010010213334445361605",),
    "T": ("0040", "2026"),
    "U": ("000516364540",),
    "W": ("0016223640",),
}

type Colour = tuple[int, int, int]
type Line = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands before the name: a plate with round corners (30: a circle), and lines on it, as of letters."""

    corner: float
    lines: tuple[str, ...]


@cache
def logo(name: str, mark: Mark, plate: str, sign: str, ink: str) -> tuple[bytes, int]:
    """A PNG with transparent ground, and its width in pixels. Colours are ``#rrggbb``."""
    letters, edge = [], _SIDE + 18
    for letter in name:
        lines = _lines(_LETTERS[letter], edge, (HEIGHT - 6 * _UNIT) / 2, _UNIT)
        letters.append(lines)
        edge = max(max(x, other) for x, _, other, _ in lines) + _GAP
    width = math.ceil(edge)
    rows = [bytearray(4 * width) for _ in range(HEIGHT)]
    _fill(rows, _colour(plate), mark.corner)
    _stroke(rows, _lines(mark.lines, 18, 18, 6), _colour(sign))
    for lines in letters:
        _stroke(rows, lines, _colour(ink))
    return _png(rows, width), width


def _lines(words: tuple[str, ...], left: float, top: float, unit: float) -> list[Line]:
    found = []
    for word in words:
        points = [
            (left + int(x) * unit, top + int(y) * unit) for x, y in zip(word[::2], word[1::2], strict=True)
        ]
        found += [(*one, *other) for one, other in pairwise(points)]
    return found


def _fill(rows: list[bytearray], colour: Colour, corner: float) -> None:
    half = _SIDE / 2
    for y in range(HEIGHT):
        for x in range(int(_SIDE) + 1):
            across = abs(x + 0.5 - half) - half + corner
            down = abs(y + 0.5 - HEIGHT / 2) - half + corner
            outside = math.hypot(max(across, 0), max(down, 0)) + min(max(across, down), 0) - corner
            _put(rows[y], x, colour, 0.5 - outside)


def _stroke(rows: list[bytearray], lines: list[Line], colour: Colour) -> None:
    left, right = (int(edge(v for line in lines for v in line[::2])) for edge in (min, max))
    top, bottom = (int(edge(v for line in lines for v in line[1::2])) for edge in (min, max))
    for y in range(max(top - 5, 0), min(bottom + 6, HEIGHT)):
        for x in range(left - 5, min(right + 6, len(rows[y]) // 4)):
            near = min(_distance(x + 0.5, y + 0.5, line) for line in lines)
            _put(rows[y], x, colour, _STROKE / 2 + 0.5 - near)


def _distance(x: float, y: float, line: Line) -> float:
    x1, y1, x2, y2 = line
    across, down = x2 - x1, y2 - y1
    length = across * across + down * down
    share = ((x - x1) * across + (y - y1) * down) / length if length else 0
    share = min(max(share, 0), 1)
    return math.hypot(x - x1 - share * across, y - y1 - share * down)


def _put(row: bytearray, x: int, colour: Colour, share: float) -> None:
    """Lay a colour over a pixel; ``share`` of it is covered."""
    over = min(max(share, 0), 1)
    at, under = 4 * x, row[4 * x + 3] / 255
    alpha = over + under * (1 - over)
    if not alpha:
        return
    for channel in range(3):
        below = row[at + channel] * under * (1 - over)
        row[at + channel] = round((colour[channel] * over + below) / alpha)
    row[at + 3] = round(255 * alpha)


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def _png(rows: list[bytearray], width: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, len(rows), 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
