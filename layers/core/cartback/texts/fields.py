"""What an e-mail or a page may be told. These are all the facts that a text can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.subject import CART

if TYPE_CHECKING:
    from cartback.domain.consent.preferences import View
    from cartback.domain.desk.question import Question
    from cartback.domain.money import Money
    from cartback.domain.trade.items import Item
    from cartback.ports import ShopFace


@dataclass(frozen=True, slots=True)
class MailFields:
    """The facts of one e-mail.

    ``about`` is the kind of what it is about (``domain.subject``). ``items`` are the lines that may still be had, most
    important first, of a cart at least one. ``total`` is the sum of
    exactly these lines less ``discount``, or None when it is not known (also when a line was left out). ``net`` says
    that no tax is in the prices, ``further`` how many lines the cart has beyond ``items``. ``restore_url`` and
    ``leave_url`` and ``prefs_url`` are our own links: https, or http to this machine. ``basis`` is the consent's
    (``explicit``, ``double_opt_in``, ``existing_customer``): the footer says why somebody gets this. ``stop`` says that
    whoever answers STOP is heard: a short message then names that as the way to leave.
    """

    shop: ShopFace
    restore_url: str
    leave_url: str
    items: tuple[Item, ...] = ()
    prefs_url: str | None = None
    first_name: str | None = None
    total: Money | None = None
    discount: Money | None = None
    net: bool = False
    further: int = 0
    basis: str = "explicit"
    about: str = CART
    stop: bool = False


@dataclass(frozen=True, slots=True)
class OrderFields:
    """The facts of a mail about an order: ``items`` are what was bought, whose prices are not said again.

    ``page_url`` is the page of the shop that the button leads to. An answer to the order carries no way to leave.
    """

    shop: ShopFace
    items: tuple[Item, ...]
    page_url: str
    leave_url: str | None = None
    prefs_url: str | None = None
    first_name: str | None = None
    further: int = 0
    basis: str = "explicit"


@dataclass(frozen=True, slots=True)
class QuestionFields:
    """The facts of a mail that asks whether somebody signed up: no cart, no offer, no way to leave what never began.

    ``wording`` is what the person would agree to, to the letter.
    """

    shop: ShopFace
    confirm_url: str
    wording: str


@dataclass(frozen=True, slots=True)
class PageFields:
    """The facts of one page.

    ``shop`` is left out where a link never was one of ours: ``gone`` then looks the same for a forged and a foreign
    one; and where the shop has removed us: its shoppers can still leave. While our stores are away, nobody knows whose
    page it is. ``wording`` is for ``confirm``, ``view`` for ``prefs``, ``question`` for ``ask`` and
    ``answered``. ``refused`` says which ``faults`` a form had and leads ``back`` to it.
    """

    shop: ShopFace | None = None
    wording: str | None = None
    view: View | None = None
    saved: bool = False
    question: Question | None = None
    faults: tuple[str, ...] = ()
    back: str | None = None


def read[T](kind: type[T], given: T | Mapping[str, object], text: str) -> T:
    """The fields as ``kind``, from a mapping with its names. Raises ``Refused`` naming ``text`` and the field."""
    if isinstance(given, kind):
        return given
    if not isinstance(given, Mapping):
        raise Refused(f"{text}: fields are a {kind.__name__} or a mapping, not {type(given).__name__}")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(given) - set(known))
    missing = sorted(name for name, field in known.items() if name not in given and field.default is MISSING)
    if unknown or missing:
        faults = [f"unknown field {name!r}" for name in unknown] + [
            f"missing field {name!r}" for name in missing
        ]
        raise Refused(f"{text}: {', '.join(faults)}")
    return kind(**given)


def spoken(says: Mapping[str, object], lang: str) -> dict[str, object]:
    """The facts with amounts as a reader of that language writes them."""
    from cartback.domain.money import Money, in_words

    return {
        name: in_words(value, lang) if isinstance(value, Money) else value for name, value in says.items()
    }
