"""The demo shop's front: where links of mails lead, and where their pictures come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from urllib.parse import parse_qsl, urlsplit

from cartback.domain.shop.brand import FONTS
from local.demo import looks
from local.demo.assortment import VARIANTS, Variant
from local.demo.pictures import picture
from local.demo.shopify import Lines, amount
from local.proxy import Answer, Handler, Server, serving

PORT = 8482
_STYLE = (
    ":root{{color-scheme:light}}body{{margin:0;background:{ground};color:#1d2422;font:17px/1.6 {font}}}"
    "main{{max-width:42rem;margin:2.5rem auto;padding:2rem;background:#fff;border-radius:{radius}px;"
    "box-sizing:border-box;border-top:6px solid {accent}}}"
    ".logo{{display:inline-block;background:{plate};padding:{pad}px}}"
    ".logo img{{display:block}}"
    "h1{{line-height:1.2;margin:1.5rem 0 .5rem}}ul{{list-style:none;padding:0}}li{{display:flex;gap:1rem;"
    "align-items:center;padding:.75rem 0;border-top:1px solid #e7e3da}}li img{{width:72px;height:72px;"
    "border-radius:{radius}px}}code{{background:{ground};padding:.15rem .4rem;overflow-wrap:anywhere}}"
    ".from{{margin-top:2rem;font-size:.9rem;color:#5b6662}}.grid{{display:grid;gap:1rem;"
    "grid-template-columns:repeat(auto-fill,minmax(8rem,1fr))}}.grid img{{width:100%;border-radius:{radius}px}}"
)
_WORDS = {
    "de": {
        "back": "Ihr Warenkorb ist wieder da.",
        "back-du": "Dein Warenkorb ist wieder da.",
        "gone": "Diesen Warenkorb gibt es nicht.",
        "total": "Summe",
        "from": "Hierher geführt hat:",
        "page": "Hier stünde die Seite des Shops.",
    },
    "en": {
        "back": "Your cart is back.",
        "back-du": "Your cart is back.",
        "gone": "There is no such cart.",
        "total": "Total",
        "from": "You were led here by:",
        "page": "The shop would answer here.",
    },
}


class Front:
    """The pages. ``carts`` are the checkouts that the shop could restore, by their tokens."""

    def __init__(self, carts: dict[str, Lines] | None = None) -> None:
        self.carts = carts if carts is not None else {}

    def answer(self, target: str) -> Answer:
        """The page or picture at a request's target."""
        url = urlsplit(target)
        query = dict(parse_qsl(url.query))
        lang = "en" if query.get("lang") == "en" else "de"
        shop, path = looks.at(url.path)
        if (drawn := picture(path)) is not None:
            return Answer(200, [("Content-Type", "image/svg+xml")], drawn.encode())
        if (logo := looks.picture(path)) is not None:
            return Answer(200, [("Content-Type", "image/png")], logo)
        parts = path.strip("/").split("/")
        if parts[0] == "checkouts" and len(parts) == 3:
            lines = self.carts.get(parts[1])
            return _page(200 if lines else 404, shop, lang, _cart(lines, shop, lang), query)
        if parts[0] in ("", "help", "returns", "shipping", "privacy"):
            return _page(
                200,
                shop,
                lang,
                _home(shop, lang) if not parts[0] else f"<h1>{_WORDS[lang]['page']}</h1>",
                query,
            )
        return _page(404, shop, lang, "<h1>404</h1>", query)


def _page(status: int, shop: str, lang: str, body: str, query: dict[str, str]) -> Answer:
    tags = {name: value for name, value in query.items() if name.startswith("utm_")}
    told = " ".join(f"<code>{escape(name)}={escape(value)}</code>" for name, value in tags.items())
    origin = f'<p class="from">{_WORDS[lang]["from"]} {told}</p>' if told else ""
    name = looks.LOOKS[shop].name
    html = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_style(shop)}</style></head>'
        f'<body><main><span class="logo"><img src="/logos/{shop}.day.png" alt="{name}" height="36"></span>'
        f"{body}{origin}</main></body></html>"
    )
    return Answer(status, [("Content-Type", "text/html; charset=utf-8")], html.encode())


def _style(shop: str) -> str:
    """The style sheet of a shop's front: the colours, font and corners that its mails have, too."""
    brand = looks.document(shop, "http://localhost")["brand"]
    plate = brand["logo"]["ground"]
    return _STYLE.format(
        accent=brand["accent"],
        ground=brand.get("ground", "#f3f1ec"),
        font=FONTS[brand.get("font", "system")],
        radius=brand.get("radius", 14),
        plate=plate,
        pad=0 if plate == "#ffffff" else 12,
    )


def _cart(lines: Lines | None, shop: str, lang: str) -> str:
    words = _WORDS[lang]
    if not lines:
        return f"<h1>{words['gone']}</h1>"
    back = words["back-du" if looks.LOOKS[shop].form_of_address == "du" else "back"]
    rows = "".join(f"<li>{_shown(variant, pieces, lang)}</li>" for variant, pieces in lines)
    total = amount(sum(variant.price * pieces for variant, pieces in lines))
    total = total.replace(".", ",") if lang == "de" else total
    return f"<h1>{back}</h1><ul>{rows}</ul><p><strong>{words['total']}: {total} €</strong></p>"


def _shown(variant: Variant, pieces: int, lang: str) -> str:
    name = f"{escape(variant.title(lang))}<br>{escape(variant.option(lang))}"
    return f'<img src="{variant.picture}" alt=""><span>{pieces} × {name}</span>'


def _home(shop: str, lang: str) -> str:
    shown = "".join(f'<img src="{each.picture}" alt="{escape(each.title(lang))}">' for each in VARIANTS)
    return f'<h1>{escape(looks.LOOKS[shop].motto[lang])}</h1><div class="grid">{shown}</div>'


@contextmanager
def running(front: Front, port: int = 0) -> Iterator[str]:
    """Serve the front until the block ends; give its URL."""

    class Pages(Handler):
        def respond(self) -> None:
            self.body()
            self.tell(front.answer(self.path))

    with serving(Server(Pages, port)) as server:
        yield server.url
