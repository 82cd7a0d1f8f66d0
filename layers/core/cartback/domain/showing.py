"""Make text fit to show: the one function that is applied before anything is judged by its words.

Escaping is the layouts' business. This is about what escaping does not help against: line breaks in a subject,
characters that turn the reading direction around, invisible ones that part an address until somebody takes them away,
names that are advertisements, and HTML where words are wanted.
"""

from __future__ import annotations

import re
import unicodedata

_DROPPED = {"Cf", "Cs", "Co"}
_SPACES = {"Cc", "Zl", "Zp", "Zs"}
# Invisible without being a format character (Default_Ignorable_Code_Point of Unicode 16); a Braille blank is a space.
_IGNORED = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | frozenset(
    map(chr, range(0xE0100, 0xE01F0))
)
_BLANK = "\u2800"
# Joiners belong to emoji and to Persian and Indic spelling, selectors to emoji: between or behind such, and once.
_JOINERS = "\u200c\u200d"
_SELECTORS = "".join(map(chr, range(0xFE00, 0xFE10)))
_GLUE = re.compile(f"[{_JOINERS}{_SELECTORS}]+")
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff61\uff0e", "."))
"""What IDNA reads as a dot besides the dot (RFC 3490, section 3.1)."""

_ADDRESS = re.compile(r"://|\bwww\d*\.|\w@|@\w[\w-]*\.\w|\b(?:mailto|tel|sms|javascript|data):\S")
# Mail programs make a link of "evil.com" too; a space after the dot leaves "Dr. Martens" what it was.
_DOT_BEFORE_A_WORD = re.compile(r"(?<=\w)(?:[.\uff0e](?=[^\W\d_]{2})|[\u3002\uff61](?=[A-Za-z]{2}))")

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|td|th|table|dt|dd|dl)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|code|del|em|font|i|img|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|svg|tt|u"
    r"|var|wbr)(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)

_LONGEST_NAME, _MOST_WORDS = 40, 4
_PARTICLES = frozenset(
    """
    a abu al am an ap aus bat ben bin bint d da dal dalla dalle das de degli dei del della delle den der des di do dos
    du e el en het i ibn in jr la las le les lo los mc na o of op san sr st te ten ter und van vom von y zu zum zur
    """.split()
)
_NO_NAMES = frozenset(
    """
    account achtung alert angebot attention bank bestellung bestätigen bitcoin bitte blocked bonus buy call card casino
    cash click confirm coupon crypto deal delivery dein deine discount dringend free gesperrt gewinn gewinner gewonnen
    gratis gutschein has hat here hier http https ihr ihre info invoice is ist jetzt karte kaufen klick klicken konto
    kredit kreditkarte locked login loan money now offer order paket parcel passwort password payment please prize
    rabatt rechnung sale suspended the update urgent verify visit warning warnung winner www your zahlung
    """.split()
)


def visible(text: object) -> str:
    """The text on one line as a reader sees it, in NFC: without control, direction and invisible characters.

    Made of a visible text it is that text again.
    """
    kept = []
    for character in unicodedata.normalize("NFC", str(text)):
        category = unicodedata.category(character)
        if category in _SPACES or character == _BLANK:
            kept.append(" ")
        elif character in _JOINERS or (category not in _DROPPED and character not in _IGNORED):
            kept.append(character)
    glued = _GLUE.sub(_glue, "".join(kept))
    return unicodedata.normalize("NFC", " ".join(glued.split()))


def one_line(text: object, limit: int) -> str:
    """The text as a reader sees it, at most ``limit`` characters."""
    line = visible(text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def holds_address(text: object) -> bool:
    """Whether a reader, or a program that looks for links, finds the address of a page or of somebody in a text.

    Judged is what is left when all that is invisible is gone and each letter is the plain one (NFKC). A name with a
    dot alone is none: ``linkless`` parts it.
    """
    plain = unicodedata.normalize("NFKC", _GLUE.sub("", visible(text))).translate(_DOTS)
    return _ADDRESS.search(plain.casefold()) is not None


def linkless(text: str) -> str:
    """The text with a space after each dot that could make the name of a host of two words."""
    return _DOT_BEFORE_A_WORD.sub(". ", text)


def of_html(text: str) -> str:
    """Words of a sender that keeps them as HTML, as a reader of its page sees them.

    Tags go, entities are decoded once: what was encoded twice was meant to be read. ``<3`` and ``a < b`` are no tags,
    and what has no semicolon is no entity.
    """
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", _UNSEEN.sub(" ", text)))
    if "&" in text and _ENTITY.search(text):
        from html import unescape  # a table of two thousand names, which most texts never need

        text = _ENTITY.sub(lambda found: unescape(found[0]), text)
    return text


def first_name(text: object) -> str | None:
    """A first name to greet with, or None for what no person is called.

    Sign-up forms are abused to send advertising through somebody else's mails: the "name" is a sentence, or has an
    address in it, which mail programs turn into a link. No greeting by name is worth that. A dot stands only behind an
    initial or at the end; of several words each begins as names do, or is a particle.
    """
    if not isinstance(text, str):
        return None
    name = visible(unicodedata.normalize("NFKC", visible(text)))
    words = name.split(" ")
    if not name or len(name) > _LONGEST_NAME or len(words) > _MOST_WORDS:
        return None
    if not all(map(_is_initial, (word for word in words[:-1] if word.endswith(".")))):
        return None
    bare = [word.removesuffix(".") for word in words]
    if not all(map(_is_of_letters, bare)):
        return None
    return name if len(bare) == 1 or all(map(_begins_as_a_name, bare)) else None


def _glue(run: re.Match[str]) -> str:
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    seen = not before.isascii()
    selector = run[0][0] if run[0][0] in _SELECTORS and (seen or before in tuple("0123456789#*")) else ""
    joiner = next((one for one in run[0] if one in _JOINERS), "") if seen and not after.isascii() else ""
    return selector + joiner


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word[0].isalpha()


def _is_of_letters(word: str) -> bool:
    # Letters and marks of any script, parted by single hyphens and apostrophes.
    parts = re.split(r"[-'’‐]", word)
    return all(part and all(unicodedata.category(one)[0] in "LM" for one in part) for part in parts)


def _begins_as_a_name(word: str) -> bool:
    folded = word.casefold()
    return folded not in _NO_NAMES and (
        not word[0].islower() or folded in _PARTICLES or word[1:2] in ("'", "’")
    )
