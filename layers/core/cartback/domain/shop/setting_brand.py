"""The brand kit of a shop as it is written in its settings.

What a mail program cannot show or nobody can read is refused; if it rests on a colour, one is named that would do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from cartback.domain.people import address
from cartback.domain.shop import colours
from cartback.domain.shop.brand import FONTS, LOGO_HEIGHT, NETWORKS, Brand, Logo, Mark, NamedLink, Picture
from cartback.domain.shop.setting_kinds import URL_WORDS, Colour, Text, Url, one_of
from cartback.domain.shop.setting_origins import Part

_SHOWN = re.compile(r"\.(?:png|jpe?g|gif)", re.ASCII | re.IGNORECASE)
PICTURE_WORDS = "the https:// address of a .png, .jpg, .jpeg or .gif (http:// only on this machine)"
COLOUR_WORDS = 'a colour such as "#1a5d4a" (quoted in YAML, where # begins a comment)'
_LABEL_WORDS = "1 to 40 characters on one line; de, en or both"


def is_shown(link: str) -> bool:
    """Whether mail programs show the picture at an address: Gmail and Outlook draw no SVG, Outlook no WebP, AVIF."""
    return _SHOWN.fullmatch(_suffix(link)) is not None


def _suffix(link: str) -> str:
    name = urlsplit(link).path.rpartition("/")[2]
    return f".{name.rpartition('.')[2]}" if "." in name else ""


def _picture(link: str) -> str:
    if not is_shown(link):
        raise ValueError(
            f"mail programs do not show {_suffix(link) or 'a picture without an ending'}; "
            "the same picture as .png would do, in twice the size in which it is shown"
        )
    return link


def _phone(text: str) -> str:
    if address.phone(text) is None:
        raise ValueError
    return text


PictureUrl = Annotated[Url, AfterValidator(_picture)]
Phone = Annotated[Text, StringConstraints(max_length=40), AfterValidator(_phone)]
Label = Annotated[Text, StringConstraints(max_length=40)]


def _needed(ratio: float, colour: str, ground: str, would_do: str) -> None:
    """Raise ValueError, saying what would do, unless two colours differ enough."""
    have = colours.contrast(colour, ground)
    if have < ratio:
        # Rounded down: what is short of a limit shall not read as if it were on it.
        raise ValueError(
            f"{colour} on {ground} has a contrast of {int(have * 10) / 10} : 1, and {ratio:g} : 1 is needed; "
            f'"{would_do}" would do'
        )


class PictureSettings(Part):
    """A picture and how large it is shown."""

    url: PictureUrl = Field(description=PICTURE_WORDS)
    height: int = Field(LOGO_HEIGHT, ge=12, le=120, description="CSS pixels, a whole number from 12 to 120")
    width: int | None = Field(
        None,
        ge=12,
        le=300,
        description="CSS pixels, a whole number from 12 to 300, or null: as the height asks",
    )

    def picture(self) -> Picture:
        """As mails and pages read it."""
        return Picture(self.url, self.height, self.width)


class LogoSettings(PictureSettings):
    """The logo, for light grounds."""

    alt: Text | None = Field(None, description="1 to 120 characters on one line, or null: the shop's name")
    colour: Colour | None = Field(None, description=f"{COLOUR_WORDS}, or null")
    ground: Colour = Field(
        colours.PAPER, validate_default=True, description=f"{COLOUR_WORDS}, 3 : 1 or more from the logo's"
    )

    @field_validator("ground")
    @classmethod
    def _carries_the_logo(cls, ground: str, info: ValidationInfo) -> str:
        own = info.data.get("colour")
        if own is not None:
            _needed(colours.SHAPES, own, ground, colours.nearest(ground, own, colours.SHAPES))
        return ground


class DarkLogoSettings(Part):
    """The same logo for dark grounds, in the size of the other."""

    url: PictureUrl = Field(description=PICTURE_WORDS)
    colour: Colour | None = Field(None, description=f"{COLOUR_WORDS}, light enough for the night, or null")

    @field_validator("colour")
    @classmethod
    def _is_seen_at_night(cls, colour: str | None) -> str | None:
        if colour is not None:
            for night in (colours.NIGHT, colours.NIGHT_GROUND):
                _needed(colours.SHAPES, colour, night, colours.nearest(colour, night, colours.SHAPES))
        return colour


class LinkSettings(Part):
    """A link at the head or foot."""

    url: Url = Field(description=URL_WORDS)
    de: Label | None = Field(None, description=f"{_LABEL_WORDS}, or null")
    en: Label | None = Field(None, validate_default=True, description=f"{_LABEL_WORDS}, or null")

    @field_validator("en")
    @classmethod
    def _has_a_name(cls, english: str | None, info: ValidationInfo) -> str | None:
        if english is None and info.data.get("de", "") is None:
            raise ValueError
        return english

    def link(self) -> NamedLink:
        """As mails and pages read it."""
        return NamedLink(self.url, {lang: name for lang, name in (("de", self.de), ("en", self.en)) if name})


class MarkSettings(Part):
    """A sign of trust, or a way to pay."""

    name: Label = Field(description="1 to 40 characters on one line")
    picture: PictureSettings | None = Field(None, description="url, height and width, or null")
    url: Url | None = Field(None, description=f"{URL_WORDS}, or null")

    def mark(self) -> Mark:
        """As mails and pages read it."""
        return Mark(self.name, self.picture.picture() if self.picture else None, self.url)


class BrandSettings(Part):
    """How the shop looks on mails and pages."""

    accent: Colour = Field(colours.DEFAULT_ACCENT, description=COLOUR_WORDS)
    on_accent: Colour | None = Field(
        None, description=f"{COLOUR_WORDS}, 4.5 : 1 or more from accent, or null: black or white"
    )
    ground: Colour = Field(colours.DEFAULT_GROUND, description=f"{COLOUR_WORDS}, light enough for dark words")
    font: Annotated[str, one_of(*FONTS)] = Field("system", description=f"one of {', '.join(FONTS)}")
    radius: int = Field(10, ge=0, le=24, description="CSS pixels, a whole number from 0 to 24")
    logo: LogoSettings | None = Field(None, description="url, height, width, alt, colour and ground, or null")
    logo_dark: DarkLogoSettings | None = Field(None, description="url and colour beside a logo, or null")
    header: tuple[LinkSettings, ...] = Field((), max_length=3, description="up to 3 links: url, de and en")
    footer: tuple[LinkSettings, ...] = Field((), max_length=6, description="up to 6 links: url, de and en")
    social: dict[Annotated[str, one_of(*NETWORKS)], Url] = Field(
        {}, description=f"addresses by the name of the network: {', '.join(NETWORKS)}"
    )
    trust: tuple[MarkSettings, ...] = Field(
        (), max_length=4, description="up to 4 marks: name, picture and url"
    )
    payment: tuple[MarkSettings, ...] = Field(
        (), max_length=8, description="up to 8 marks: name, picture and url"
    )
    phone: Phone | None = Field(
        None, description="a number with its country code, such as +49 30 1234567, or null"
    )

    @field_validator("on_accent")
    @classmethod
    def _is_read(cls, ink: str | None, info: ValidationInfo) -> str | None:
        ground = info.data.get("accent")
        if ink is not None and ground is not None:
            _needed(colours.WORDS, ink, ground, colours.ink_on(ground))
        return ink

    @field_validator("ground")
    @classmethod
    def _carries_words(cls, ground: str) -> str:
        _needed(colours.WORDS, colours.QUIET, ground, colours.nearest(ground, colours.QUIET, colours.WORDS))
        return ground

    @field_validator("logo_dark")
    @classmethod
    def _has_the_other(cls, dark: DarkLogoSettings | None, info: ValidationInfo) -> DarkLogoSettings | None:
        if dark is not None and info.data.get("logo", "") is None:
            raise ValueError(
                "it has the size of brand.logo, and there is none; the same picture there would do"
            )
        return dark

    def brand(self) -> Brand:
        """The kit as mails and pages read it."""
        logo = Logo(self.logo.picture(), self.logo.alt, self.logo.ground.lower()) if self.logo else None
        return Brand(
            accent=self.accent.lower(),
            on_accent=self.on_accent.lower() if self.on_accent else None,
            ground=self.ground.lower(),
            font=self.font,
            radius=self.radius,
            logo=logo,
            logo_dark=self.logo_dark.url if self.logo_dark else None,
            header=tuple(each.link() for each in self.header),
            footer=tuple(each.link() for each in self.footer),
            social=dict(self.social),
            trust=tuple(each.mark() for each in self.trust),
            payment=tuple(each.mark() for each in self.payment),
            phone=self.phone,
        )


def renamed(document: Mapping[str, object], *, kept: bool = False) -> Mapping[str, object]:
    """A document with the part ``look`` of earlier versions, read as what ``brand`` calls the same.

    ``look`` is only ever written by hand, so it is the newer word where both are there. A logo that was ``kept`` before
    pictures were judged is left out if mail programs do not show it: the shop's name stands there.
    """
    look, brand = document.get("look"), document.get("brand", {})
    if not isinstance(look, Mapping) or not isinstance(brand, Mapping):
        return document
    names = {"accent": "accent", "logo_url": "logo"}
    said: dict[str, Any] = {names.get(name, str(name)): value for name, value in look.items()}
    logo = said.get("logo")
    if isinstance(logo, str):
        before = brand.get("logo")
        said["logo"] = {**(before if isinstance(before, Mapping) else {}), "url": logo}
        if kept and not is_shown(logo):
            said["logo"] = None
    rest = {name: value for name, value in document.items() if name != "look"}
    return {**rest, "brand": {**brand, **said}}
