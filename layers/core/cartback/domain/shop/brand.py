"""How a shop looks, on its mails and its pages: one kit for both."""

from __future__ import annotations

from dataclasses import dataclass, field

from cartback.domain.shop.colours import DEFAULT_ACCENT, DEFAULT_GROUND, PAPER

FONTS = {
    "system": "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    "arial": "Arial,Helvetica,sans-serif",
    "helvetica": "'Helvetica Neue',Helvetica,Arial,sans-serif",
    "verdana": "Verdana,Geneva,sans-serif",
    "tahoma": "Tahoma,Verdana,sans-serif",
    "trebuchet": "'Trebuchet MS',Tahoma,sans-serif",
    "georgia": "Georgia,'Times New Roman',serif",
    "palatino": "'Palatino Linotype',Palatino,'Book Antiqua',Georgia,serif",
    "times": "'Times New Roman',Times,serif",
    "courier": "'Courier New',Courier,monospace",
}
"""Fonts that are on readers' machines: hardly any mail program loads others."""

WORD_FONTS = {
    "system": "Arial,sans-serif",
    "helvetica": "Arial,sans-serif",
    "palatino": "'Palatino Linotype',Georgia,serif",
}
"""What Outlook for Windows is given instead: it takes Times where the first font of a stack is not there."""

SOCIAL = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "pinterest": "Pinterest",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "x": "X",
}
"""The networks that a shop can name, as they write themselves."""

NETWORKS = tuple(SOCIAL)
LOGO_HEIGHT, LOGO_WIDTH = 36, 220


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and the size in which it is shown, in CSS pixels; without a width it is as wide as its height asks."""

    url: str
    height: int = LOGO_HEIGHT
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Logo:
    """The shop's logo: ``alt`` is read where it is not seen (None: the shop's name).

    ``ground`` is what it stands on by day, and by night where there is none for the night.
    """

    picture: Picture
    alt: str | None = None
    ground: str = PAPER


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A link and what it is called in each language."""

    url: str
    labels: dict[str, str]

    def label(self, lang: str) -> str:
        """Its name in a language, or in one that it has."""
        return self.labels.get(lang) or next(iter(self.labels.values()))


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign of trust or a way to pay: a name, where wanted with a picture and the page that says more."""

    name: str
    picture: Picture | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Brand:
    """The kit. ``on_accent`` is what words on the accent are written in; None: black or white, what reads better.

    ``logo_dark`` is the logo's address for dark grounds, in the logo's size. ``social`` has the shop's address by the
    network's name. ``radius`` is that of the button, in CSS pixels.
    """

    accent: str = DEFAULT_ACCENT
    on_accent: str | None = None
    ground: str = DEFAULT_GROUND
    font: str = "system"
    radius: int = 10
    logo: Logo | None = None
    logo_dark: str | None = None
    header: tuple[NamedLink, ...] = ()
    footer: tuple[NamedLink, ...] = ()
    social: dict[str, str] = field(default_factory=dict)
    trust: tuple[Mark, ...] = ()
    payment: tuple[Mark, ...] = ()
    phone: str | None = None
