"""Colours that stay readable, whatever accent a shop chose.

Contrast as WCAG 2.2 defines it (relative luminance): 4.5 for text, 3 for the shape of a button.
"""

from __future__ import annotations

import re

DEFAULT_ACCENT = "#1a5d4a"
INK, PAPER, NIGHT = "#1d2422", "#ffffff", "#1c2220"

_HEX = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


def accent(text: object) -> str:
    """The shop's accent as ``#rrggbb``; the house's own for anything that is not such a colour."""
    return text.lower() if isinstance(text, str) and _HEX.fullmatch(text) else DEFAULT_ACCENT


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (equal) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def visible(colour: str, ground: str, ratio: float = 3.0) -> str:
    """The colour, moved away from ``ground`` until it stands out from it by ``ratio``."""
    towards = "#000000" if _luminance(ground) > 0.18 else "#ffffff"
    for step in range(21):
        mixed = _mix(colour, towards, step / 20)
        if contrast(mixed, ground) >= ratio:
            return mixed
    return towards


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour: at least 4.5 on any."""
    return max((PAPER, "#000000"), key=lambda ink: contrast(ink, colour))


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
