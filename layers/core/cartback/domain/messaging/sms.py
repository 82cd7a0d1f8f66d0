"""How long a text message is: in which alphabet it travels, and as how many messages it is paid for.

The alphabets, and how many characters of each a message holds, are those of 3GPP TS 23.038 (section 6.2.1) and
TS 23.040 (section 9.2.3.24.1): whoever carries it bills each part as a message of its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

GSM_7, UCS_2 = "GSM-7", "UCS-2"

# The basic table in its order; the escape at 0x1B is no character of its own.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# The extension table: an escape and one more character, so they take the room of two.
_EXTENDED = frozenset("\f^{}\\[~]|€")

MOST_PARTS = 4
"""So many parts a message of ours may have: more than a reminder needs."""

_LENGTHS = {GSM_7: (160, 153), UCS_2: (70, 67)}
"""How many units a single message holds, and how many each part of a longer one, whose first six octets join it."""

_PICTURES = frozenset({"So", "Sk", "Cf", "Mn", "Me", "Cn", "Co"})
"""Categories of signs without which a text reads the same: pictures, their modifiers, what nobody sees."""

# What word processors put in the place of characters that the short alphabet has.
_PLAIN = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{SINGLE LOW-9 QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
        "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{HYPHEN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{SOFT HYPHEN}": "",
        "\N{ZERO WIDTH SPACE}": "",
        "\N{LATIN CAPITAL LETTER SHARP S}": "SS",
        "\t": " ",
    }
)


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text message is.

    ``units`` are the characters as its ``alphabet`` counts them, ``parts`` the messages that are paid for, ``room`` the
    units that still fit into the last of them, and ``costly`` the characters that force the longer alphabet.
    """

    alphabet: str
    units: int
    parts: int
    room: int
    costly: tuple[str, ...] = ()


def plain(text: str) -> str:
    """The text with typographic characters in the spelling of the short alphabet; all that matters stays as it is."""
    return text.translate(_PLAIN)


def spelt(text: str) -> str:
    """The text as it goes out: in the short alphabet, if it is without accents and pictures, else as it was.

    A message that the long alphabet makes twice as dear for one picture or accent in an article's name is not worth it;
    one in another script stays whole.
    """
    written = plain(text)
    if not length(written).costly:
        return written
    bare = "".join(sign if _is_short(sign) else _bare(sign) for sign in written)
    return " ".join(filter(None, bare.split(" "))) if not length(bare).costly else written


def _is_short(sign: str) -> bool:
    return sign in _BASIC or sign in _EXTENDED


def _bare(sign: str) -> str:
    """A letter without its accent; nothing for a picture; what is of another script as it is."""
    if unicodedata.category(sign) in _PICTURES:
        return ""
    letters = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    return letters if letters and all(map(_is_short, letters)) else sign


def length(text: str) -> Length:
    """How long a text is on the way. An empty one has no part."""
    costly = tuple(dict.fromkeys(sign for sign in text if sign not in _BASIC and sign not in _EXTENDED))
    alphabet, size = (UCS_2, _utf_16) if costly else (GSM_7, _septets)
    parts, left = _parts(text, size, *_LENGTHS[alphabet])
    return Length(alphabet, sum(map(size, text)), parts, left, costly)


def _parts(text: str, size: Callable[[str], int], single: int, joined: int) -> tuple[int, int]:
    """How many parts, and the room in the last. No character is split between two parts."""
    whole = sum(map(size, text))
    if not whole:
        return 0, single
    if whole <= single:
        return 1, single - whole
    parts, left = 1, joined
    for sign in text:
        if size(sign) > left:
            parts, left = parts + 1, joined
        left -= size(sign)
    return parts, left


def _septets(sign: str) -> int:
    return 2 if sign in _EXTENDED else 1


def _utf_16(sign: str) -> int:
    """Phones take surrogate pairs, though UCS-2 in its narrow sense has none."""
    return 2 if ord(sign) > 0xFFFF else 1
