"""Read JSON that nobody vouches for: each access gives a value of the asked kind, or ``Refused`` naming the field.

A reason names the path of a field and what it must be, never what was found there: that may be a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.shop.weblink import in_ascii, is_local
from cartback.domain.showing import first_name, of_html
from cartback.domain.trade.items import counted

# These patterns are also published in JSON Schemas, so they keep to what Python and ECMAScript read alike.
INSTANT = re.compile(
    r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
)
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/=+-]{0,127}")
AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
CURRENCY = re.compile(r"[A-Z]{3}")
LOCALE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3}")
COUNTRY = re.compile(r"[A-Z]{2}")
# Where a consent was given, in words. It is quoted beside messages, so it must not hold an e-mail address.
EVIDENCE = re.compile(r"[^@\u0000-\u001f\u007f-\u009f]{1,120}")
# A host without user information, then only what RFC 3986 allows: such a link cannot end an HTML attribute.
LINK = re.compile(
    r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
)
LONGEST_LINK = 2048

# Line breaks end headers, bidirectional overrides disguise text, lone surrogates cannot be encoded.
_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_ZONELESS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?")
# Shops choose how many decimals they write; digits beyond a currency's own are rounded.
_SIGNED_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,30})?")
_SMALLEST = Decimal("0.00001")
_LONGEST_AMOUNT = 30
_QUANTITY = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,15})?", re.ASCII)


def parse(text: str) -> Reader:
    """Read a JSON object; numbers with a fraction become ``Decimal``, never a float."""
    found = parse_any(text)
    if not isinstance(found.value, dict):
        raise Refused("the body must be a JSON object")
    return found


def parse_any(text: str) -> Reader:
    """Read a JSON value of any kind, as ``parse`` does."""
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        # Not chained: the decoder's exception carries the whole document, and a log would show it.
        raise Refused("the body is not JSON") from None
    return Reader(value, "")


def clean(text: str) -> str:
    """The text on one line, without control characters and what disguises itself."""
    return _UNPRINTABLE.sub(" ", text).strip(" ")


def given_name(text: str | None) -> str | None:
    """A first name that may stand in a message, or None for what no person is called (``showing.first_name``)."""
    return first_name(text)


@dataclass(frozen=True, slots=True)
class Reader:
    """One value of a document and the path to it. Fields of a null are null, so that paths need no ladders."""

    value: object
    path: str

    def __getitem__(self, name: str) -> Reader:
        """A field of an object; null if it is missing. PHP writes an empty object as an empty list."""
        inner = f"{self.path}.{name}" if self.path else name
        if self.value is None or self.value == []:
            return Reader(None, inner)
        if not isinstance(self.value, dict):
            raise self.refused("must be an object")
        return Reader(self.value.get(name), inner)

    @property
    def is_null(self) -> bool:
        """Whether nothing is said here."""
        return self.value is None

    def refused(self, why: str) -> Refused:
        """The error for this field, to be raised."""
        return Refused(f"{self.path or 'the body'} {why}")

    def has(self, name: str) -> bool:
        """Whether an object names this field at all, be it with null."""
        return isinstance(self.value, dict) and name in self.value

    def only(self, names: Collection[str]) -> Reader:
        """This object, if it has no other fields than these: a misspelt field must not be lost in silence."""
        if not isinstance(self.value, dict):
            raise self.refused("must be an object")
        for name in self.value:
            if name not in names:
                shown = name if re.fullmatch(r"[a-z_]{1,40}", name) else "of another name"
                raise self.refused(f"has an unknown field {shown}")
        return self

    def each(self, most: int | None = None) -> list[Reader]:
        """The members of a list; none for null. More than ``most`` are refused."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.refused("must be a list")
        if most is not None and len(self.value) > most:
            raise self.refused(f"must have at most {most} members")
        return [Reader(member, f"{self.path}[{index}]") for index, member in enumerate(self.value)]

    def maybe[T](self, read: Callable[[Reader], T]) -> T | None:
        """What ``read`` makes of this, or None for null."""
        return None if self.value is None else read(self)

    def words(self, longest: int) -> str | None:
        """A cleaned text; None for null and for blank. Longer than ``longest`` characters is refused."""
        text = self._string()
        if text is not None and len(text) > longest:
            raise self.refused(f"must have at most {longest} characters")
        return clean(text or "") or None

    def text(self, longest: int) -> str:
        """A cleaned text that must say something."""
        text = self.words(longest)
        if text is None:
            raise self.refused("must be a text that is not blank")
        return text

    def cut(self, longest: int) -> str | None:
        """A cleaned text, cut to ``longest`` characters; None for null and for blank."""
        text = clean(self._string() or "")
        return (text if len(text) <= longest else f"{text[: longest - 1]}…") or None

    def html(self, longest: int) -> str | None:
        """A text that its sender keeps as HTML, as a reader sees it, cut; None for null, and for tags without words."""
        text = clean(of_html(self._string() or ""))
        return (text if len(text) <= longest else f"{text[: longest - 1]}…") or None

    def matching(self, pattern: re.Pattern[str], what: str, longest: int = 200) -> str:
        """A string of this shape; ``what`` says in words what it must be."""
        if not isinstance(self.value, str) or len(self.value) > longest or not pattern.fullmatch(self.value):
            raise self.refused(f"must be {what}")
        return self.value

    def fitting(self, pattern: re.Pattern[str], longest: int = 200) -> str | None:
        """A string if it has this shape, None if it has another: for what we can do without."""
        text = self._string()
        return text if text is not None and len(text) <= longest and pattern.fullmatch(text) else None

    def link(self) -> str:
        """An https address without credentials."""
        return self.matching(LINK, "an https address", LONGEST_LINK)

    def identifier(self) -> str:
        """An id, which may come as a number of any size (Shopify's exceed 2^53) or as a string."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**30:
            return str(value)
        return self.matching(IDENTIFIER, "an id")

    def usable_link(self) -> str | None:
        """An https address, or None for anything else: what we cannot use is no reason to lose the event.

        Of http, only what leads to this machine passes: the local cloud's shops have no certificate, and whoever
        puts the link before a shopper judges again (``domain.shop.weblink``).
        """
        text = self.cut(LONGEST_LINK + 1) if isinstance(self.value, str) else None
        if text is None or is_local(text):
            return text
        text = in_ascii(text)
        return text if len(text) <= LONGEST_LINK and LINK.fullmatch(text) else None

    def utc(self) -> datetime:
        """An instant that its sender writes without a zone and means in UTC; one with a zone is read by it."""
        if isinstance(self.value, str) and _ZONELESS.fullmatch(self.value):
            return Reader(f"{self.value.replace(' ', 'T')}Z", self.path).instant()
        return self.instant()

    def instant(self) -> datetime:
        """An instant with its zone, in UTC, of the years 1900 to 2199; parts of microseconds are dropped."""
        text = self.matching(INSTANT, "a date and time with its zone (ISO 8601)")
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError:  # 30 February
            raise self.refused("must be a date that exists") from None

    def integer(self, least: int, most: int) -> int:
        """A whole number within bounds; ``2.0`` is whole, as in JSON Schema."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refused("must be a whole number")
        if not least <= value <= most:
            raise self.refused(f"must be between {least} and {most}")
        if value != int(value):
            raise self.refused("must be a whole number")
        return int(value)

    def pieces(self, most: int = 10**9) -> int:
        """A number of pieces that lie there, without parts; but what is left is never nothing: it can be bought."""
        there = self.quantity(most)
        return 1 if 0 < there < 1 else int(there)

    def quantity(self, most: int = 10**9) -> int | Decimal:
        """How much of something, whole or with a fraction: shops that sell by weight say 1.5.

        What a sender writes as a string of digits is read, too; what is finer than anybody counts is rounded.
        """
        value = self.value
        if isinstance(value, str) and _QUANTITY.fullmatch(value):
            value = Decimal(value)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.refused("must be a number of pieces")
        if not -most <= value <= most:
            raise self.refused(f"must be between -{most} and {most}")
        return counted(value)

    def part(self, most: int) -> int | Decimal:
        """A quantity above nothing, as a number and as it is written to JSON Schema: from 0.00001 to ``most``."""
        if isinstance(self.value, str) or self.quantity() < _SMALLEST or self.quantity() > most:
            raise self.refused(f"must be between {_SMALLEST} and {most}")
        return self.quantity(most)

    def flag(self) -> bool:
        """True or false, and nothing that is merely like it."""
        if not isinstance(self.value, bool):
            raise self.refused("must be true or false")
        return self.value

    def word(self, words: Collection[str]) -> str:
        """One of these words."""
        if not isinstance(self.value, str) or self.value not in words:
            raise self.refused(f"must be one of {', '.join(sorted(words))}")
        return self.value

    def money(self, currency: str) -> Money:
        """A major-unit amount such as ``"19.90"``, as a string or a number."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.refused("must be an amount of money")
        # A number may come with an exponent: 1E-7. One of many digits is no amount, and would be long to write out.
        plain = isinstance(value, Decimal) and abs(value.adjusted()) < _LONGEST_AMOUNT
        text = f"{value:f}" if plain else str(value)
        if not _SIGNED_AMOUNT.fullmatch(text):
            raise self.refused("must be an amount of money")
        try:
            return Money.parse(text, currency)
        except ValueError:
            raise self.refused("must be an amount in a known kind of currency") from None

    def noisy_money(self, currency: str) -> Money:
        """A major-unit amount from a sender that computes in binary: ``35.699999999999996`` is 35.70."""
        value = self.value
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            try:
                return Money.parse(value, currency)
            except (ValueError, ArithmeticError):
                raise self.refused("must be an amount in a known kind of currency") from None
        return self.money(currency)

    def _string(self) -> str | None:
        if self.value is not None and not isinstance(self.value, str):
            raise self.refused("must be a string")
        return self.value


def _no_number(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
