"""Colours that are read, whoever chose them, by day and by night.

Contrast as WCAG 2.2 defines it (relative luminance): 4.5 for words (1.4.3), 3 for the shape of a thing (1.4.11).
"""

from __future__ import annotations

import re

DEFAULT_ACCENT, DEFAULT_GROUND = "#1a5d4a", "#f3f1ec"
INK, QUIET, PAPER = "#1d2422", "#5b6662", "#ffffff"
NIGHT, NIGHT_GROUND, NIGHT_INK = "#1c2220", "#101413", "#f1f4f2"
WORDS, SHAPES = 4.5, 3.0

_HEX = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


def is_colour(text: object) -> bool:
    """Whether a text is a colour as ``#rrggbb``."""
    return isinstance(text, str) and _HEX.fullmatch(text) is not None


def accent(text: object) -> str:
    """The shop's accent as ``#rrggbb``; the house's own for anything that is not such a colour."""
    return text.lower() if isinstance(text, str) and is_colour(text) else DEFAULT_ACCENT


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (equal) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def nearest(colour: str, ground: str, ratio: float) -> str:
    """The colour, moved towards black or white until it stands out from ``ground`` by ``ratio``, to the nearer side."""
    moved = [
        (step, mixed)
        for towards in ("#000000", "#ffffff")
        for step in range(21)
        if contrast(mixed := _mix(colour, towards, step / 20), ground) >= ratio
    ]
    return min(moved)[1]


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour: at least 4.5 on any."""
    return max((PAPER, "#000000"), key=lambda ink: contrast(ink, colour))


def edge(colour: str, card: str, ink: str) -> str:
    """The colour of the line around a button: its own, or ``ink`` where the button would blend in with the card."""
    return colour if contrast(colour, card) >= SHAPES else ink


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(colour: str, towards: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{round(own + (aim - own) * share):02x}" for own, aim in pairs)
