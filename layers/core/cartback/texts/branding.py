"""What mails and pages see of a shop: words on one line, links that may be followed, colours that are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from cartback.domain.people import address
from cartback.domain.shop import colours
from cartback.domain.shop.brand import FONTS, LOGO_HEIGHT, LOGO_WIDTH, SOCIAL, WORD_FONTS, Brand
from cartback.domain.shop.weblink import is_local, tagged, web_link
from cartback.texts.cleaning import one_line

if TYPE_CHECKING:
    from cartback.domain.shop.brand import Mark, NamedLink
    from cartback.ports import ShopFace

NIGHT_EDGE = "#aab5b0"
"""The line around a button that would blend in with the card at night."""


@dataclass(frozen=True, slots=True)
class ShownLogo:
    """The logo. ``plated`` says that it stands on a ground other than the card's by day, too."""

    url: str
    dark_url: str | None
    alt: str
    height: int
    width: int | None
    ground: str
    on_ground: str

    @property
    def plated(self) -> bool:
        """Whether its ground is another than the card's."""
        return self.ground != colours.PAPER


@dataclass(frozen=True, slots=True)
class ShownMark:
    """A sign of trust or a way to pay, with a picture or as a word."""

    name: str
    picture: str | None
    height: int
    width: int | None
    url: str | None


@dataclass(frozen=True, slots=True)
class ShownShop:
    """The shop as a text sees it: every word on one line, every link one that may be followed, or None.

    ``phone`` is what is shown and what is dialled. ``header``, ``footer`` and ``social`` are names with addresses.
    """

    name: str
    url: str | None
    reply_to: str | None
    imprint: tuple[str, ...]
    logo: ShownLogo | None = None
    phone: tuple[str, str] | None = None
    privacy_url: str | None = None
    imprint_url: str | None = None
    header: tuple[tuple[str, str], ...] = ()
    footer: tuple[tuple[str, str], ...] = ()
    social: tuple[tuple[str, str], ...] = ()
    trust: tuple[ShownMark, ...] = ()
    payment: tuple[ShownMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """Colours, fonts and corners. Words on ``accent`` are ``on_accent``, lines around it ``edge`` and ``night_edge``.

    ``font`` and ``word_font`` (Outlook for Windows) are lists of families as CSS has them.
    """

    accent: str
    on_accent: str
    edge: str
    night_edge: str
    ground: str
    font: Markup
    word_font: Markup
    radius: int


def shown(face: ShopFace, lang: str, tags: Mapping[str, str] | None) -> ShownShop:
    """The shop in a language. ``tags`` are put to links into the shop; None leaves out whatever sells or recommends.

    The mail that asks whether somebody signed up carries no advertising, and its page need not.
    """
    local, brand = is_local(face.url), face.brand
    plain = ShownShop(
        name=one_line(face.name, 60),
        url=web_link(face.url, local=local),
        reply_to=face.reply_to,
        imprint=tuple(one_line(line, 200) for line in face.imprint),
        logo=_logo(face, local=local),
        phone=_phone(brand),
        privacy_url=web_link(face.privacy_url, local=local),
        imprint_url=web_link(face.imprint_url, local=local),
    )
    if tags is None:
        return plain
    return ShownShop(
        **{name: getattr(plain, name) for name in ShownShop.__slots__[:8]},
        header=_links(brand.header, lang, tags, local=local),
        footer=_links(brand.footer, lang, tags, local=local),
        social=tuple(
            (SOCIAL[network], link)
            for network, address_of in brand.social.items()
            if network in SOCIAL and (link := web_link(address_of, local=local))
        ),
        trust=_marks(brand.trust, local=local),
        payment=_marks(brand.payment, local=local),
    )


def look(brand: Brand) -> Look:
    """The look of a brand; what is no colour or cannot be read is the house's own."""
    accent = colours.accent(brand.accent)
    ink = brand.on_accent
    if ink is None or not colours.is_colour(ink) or colours.contrast(ink, accent) < colours.WORDS:
        ink = colours.ink_on(accent)
    ground = brand.ground if colours.is_colour(brand.ground) else colours.DEFAULT_GROUND
    if colours.contrast(ground, colours.QUIET) < colours.WORDS:
        ground = colours.DEFAULT_GROUND
    font = brand.font if brand.font in FONTS else "system"
    return Look(
        accent=accent,
        on_accent=ink,
        edge=colours.edge(accent, colours.PAPER, colours.INK),
        night_edge=colours.edge(accent, colours.NIGHT, NIGHT_EDGE),
        ground=ground,
        # Ours, and they stand in attributes with other quotes and in style sheets, where nothing is unescaped.
        font=Markup(FONTS[font]),  # noqa: S704
        word_font=Markup(WORD_FONTS.get(font, FONTS[font])),  # noqa: S704
        radius=min(max(brand.radius, 0), 24),
    )


def pictures(face: ShopFace) -> list[str]:
    """The addresses of all pictures that a page of this shop shows."""
    seen = shown(face, face.languages[0], {})
    logo = [seen.logo.url, seen.logo.dark_url] if seen.logo else []
    return [link for link in (*logo, *(mark.picture for mark in (*seen.trust, *seen.payment))) if link]


def style(brand: Brand) -> str:
    """The style sheet that makes a page the shop's: what it sets, ``page.css`` reads."""
    seen = look(brand)
    names = {
        "press": seen.accent,
        "on-press": seen.on_accent,
        "edge-day": seen.edge,
        "edge-night": seen.night_edge,
        "ground-day": seen.ground,
        "font": seen.font,
        "radius": f"{seen.radius}px",
    }
    if brand.logo and colours.is_colour(brand.logo.ground):
        names |= {"plate": brand.logo.ground, "on-plate": colours.ink_on(brand.logo.ground)}
    return f":root{{{''.join(f'--{name}:{value};' for name, value in names.items())}}}"


def _logo(face: ShopFace, *, local: bool) -> ShownLogo | None:
    logo = face.brand.logo
    url = web_link(logo.picture.url, local=local) if logo else None
    if logo is None or url is None:
        return None
    ground = logo.ground if colours.is_colour(logo.ground) else colours.PAPER
    return ShownLogo(
        url=url,
        dark_url=web_link(face.brand.logo_dark, local=local),
        alt=one_line(logo.alt or face.name, 60),
        height=min(max(logo.picture.height, 12), 120) or LOGO_HEIGHT,
        width=min(logo.picture.width, LOGO_WIDTH + 80) if logo.picture.width else None,
        ground=ground,
        on_ground=colours.ink_on(ground),
    )


def _phone(brand: Brand) -> tuple[str, str] | None:
    dialled = address.phone(brand.phone) if brand.phone else None
    return (one_line(brand.phone, 40), dialled) if dialled else None


def _links(
    links: Iterable[NamedLink], lang: str, tags: Mapping[str, str], *, local: bool
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one_line(each.label(lang), 40), tagged(link, tags) if tags else link)
        for each in links
        if (link := web_link(each.url, local=local))
    )


def _marks(marks: Iterable[Mark], *, local: bool) -> tuple[ShownMark, ...]:
    return tuple(
        ShownMark(
            name=one_line(each.name, 40),
            picture=web_link(each.picture.url, local=local) if each.picture else None,
            height=each.picture.height if each.picture else 0,
            width=each.picture.width if each.picture else None,
            url=web_link(each.url, local=local),
        )
        for each in marks
    )
