"""How the demo's shops look: six shops with six names, colours, fonts and corners, selling the same things."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from local.demo.logos import HEIGHT, Mark, logo

_PATH = re.compile(r"/logos/([a-z0-9-]+)\.(day|night)\.png")


@dataclass(frozen=True, slots=True)
class Look:
    """One shop's look. ``drawn`` and ``drawn_dark`` are the colours of its logo: plate, sign on it, letters.

    ``brand`` is what its settings hold of it besides, ``form_of_address`` how it speaks German,
    ``motto`` what its front says in each language.
    """

    name: str
    company: str
    mark: Mark
    drawn: tuple[str, str, str]
    drawn_dark: tuple[str, str, str] | None
    brand: dict[str, Any] = field(default_factory=dict)
    form_of_address: str = "sie"
    motto: dict[str, str] = field(default_factory=dict)

    @property
    def letters(self) -> str:
        """The name as the logo writes it."""
        return self.name.upper()


LOOKS = {
    "demo": Look(
        "Waldkante",
        "Waldkante GmbH",
        Mark(16, ("05204505", "2526")),
        ("#2f5d50", "#ffffff", "#2f5d50"),
        ("#8fc7b3", "#101413", "#d7efe6"),
        {"accent": "#2f5d50", "phone": "+49 761 5550100"},
        form_of_address="du",
        motto={"de": "Draußen zu Hause.", "en": "At home outdoors."},
    ),
    "demo-woocommerce": Look(
        "Rosenrot",
        "Rosenrot e. K.",
        Mark(30, ("103041453616050110", "2224")),
        ("#b0304c", "#ffffff", "#5a1526"),
        ("#f08aa0", "#2a0a12", "#fbdfe5"),
        {"accent": "#b0304c", "ground": "#fbf3f1", "font": "georgia", "radius": 4},
        motto={"de": "Schönes für unterwegs.", "en": "Lovely things for the way."},
    ),
    "demo-shopware": Look(
        "Kontor",
        "Kontor Handel GmbH",
        Mark(0, ("0006", "400346")),
        ("#14213d", "#ffffff", "#14213d"),
        None,
        {
            "accent": "#14213d",
            "ground": "#eef1f5",
            "font": "helvetica",
            "radius": 0,
            "payment": [{"name": "Rechnung"}, {"name": "SEPA"}, {"name": "PayPal"}],
        },
        motto={"de": "Ausrüstung für Unternehmen.", "en": "Equipment for companies."},
    ),
    "demo-stripe": Look(
        "Sonnenhut",
        "Sonnenhut GbR",
        Mark(30, ("2026", "0343", "0145", "4105")),
        ("#ffd400", "#4a3a00", "#4a3a00"),
        ("#ffd400", "#4a3a00", "#fff3b8"),
        {"accent": "#ffd400", "ground": "#fffbe8", "font": "verdana", "radius": 24},
        motto={"de": "Raus in die Sonne!", "en": "Out into the sun!"},
    ),
    "demo-business-central": Look(
        "Werkbank",
        "Werkbank Nord GmbH & Co. KG",
        Mark(6, ("0242", "0206", "4246")),
        ("#f97316", "#1b1b1b", "#ffffff"),
        None,
        {"accent": "#c2410c", "ground": "#f2f2f0", "font": "tahoma", "radius": 2},
        motto={"de": "Gemacht für die Arbeit.", "en": "Made for work."},
    ),
    "demo-generic": Look(
        "Tinte",
        "Tinte & Papier OHG",
        Mark(22, ("201346330220",)),
        ("#5b2a86", "#ffffff", "#2d1245"),
        ("#c9a6ec", "#22103a", "#efe3fb"),
        {"accent": "#5b2a86", "ground": "#f6f2fa", "font": "palatino", "radius": 16},
        motto={"de": "Für Reisen und Notizen.", "en": "For journeys and notes."},
    ),
}
FOLDERS = frozenset(LOOKS) - {"demo"}
"""The shops whose front is a folder of the shops' host; what is in none is the first shop's."""
_ON_DARK = {"demo-business-central": "#1b1b1b"}


def document(shop: str, url: str) -> dict[str, Any]:
    """What the settings of a shop say about its look; its front, where its logo is, is at ``url``.

    A shop beyond the six of the demo looks like the first.
    """
    shop = shop if shop in LOOKS else "demo"
    look = LOOKS[shop]
    _, width = logo(look.letters, look.mark, *look.drawn)
    logo_of = {
        "url": f"{url}/logos/{shop}.day.png",
        "height": HEIGHT // 2,
        "width": width // 2,
        "colour": look.drawn[2],
        "ground": _ON_DARK.get(shop, "#ffffff"),
    }
    dark = {"url": f"{url}/logos/{shop}.night.png", "colour": look.drawn_dark[2]} if look.drawn_dark else None
    return {
        "name": look.name,
        "sender": {"name": look.name, "address": "hallo@cartback.example"},
        "imprint": [
            look.company,
            "Am Musterhang 7, 79098 Freiburg",
            "HRB 000000, Amtsgericht Musterstadt",
        ],
        "form_of_address": look.form_of_address,
        "brand": {
            "header": [{"url": f"{url}/", "de": "Zum Shop", "en": "To the shop"}],
            "social": {"instagram": "https://www.instagram.com/"},
            **look.brand,
            "logo": logo_of,
            "logo_dark": dark,
        },
    }


def at(path: str) -> tuple[str, str]:
    """Whose front a path of the shops' host is, and the path there. The first shop's has no prefix."""
    first, _, rest = path.lstrip("/").partition("/")
    return (first, f"/{rest}") if first in FOLDERS else ("demo", path)


def picture(path: str) -> bytes | None:
    """The logo at a path of the shops' front, None if there is no such logo."""
    found = _PATH.fullmatch(path)
    look = LOOKS.get(found[1]) if found else None
    if found is None or look is None:
        return None
    drawn = look.drawn_dark if found[2] == "night" else look.drawn
    return logo(look.letters, look.mark, *drawn)[0] if drawn else None
