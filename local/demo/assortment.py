"""What the demo shop sells."""

from __future__ import annotations

from dataclasses import dataclass

_FIRST_PRODUCT, _FIRST_VARIANT, _FIRST_STOCK = 8_700_000_000_100, 46_200_000_001_000, 48_300_000_001_000


@dataclass(frozen=True, slots=True)
class Variant:
    """One sellable thing. ``price`` is in euro cents; ``colour`` is what its picture shows."""

    slug: str
    german: str
    english: str
    option_german: str
    option_english: str
    price: int
    colour: str
    number: int = 0
    product_number: int = 0

    @property
    def variant_id(self) -> int:
        """Shopify's id of the variant."""
        return _FIRST_VARIANT + self.number

    @property
    def product_id(self) -> int:
        """Shopify's id of its product."""
        return _FIRST_PRODUCT + self.product_number

    @property
    def stock_id(self) -> int:
        """Shopify's id of its inventory item."""
        return _FIRST_STOCK + self.number

    @property
    def picture(self) -> str:
        """The path of its picture at the shop front."""
        return f"/pictures/{self.slug}-{self.colour}.svg"

    def title(self, lang: str) -> str:
        """The product's name."""
        return self.german if lang == "de" else self.english

    def option(self, lang: str) -> str:
        """Size or colour in words."""
        return self.option_german if lang == "de" else self.option_english


@dataclass(frozen=True, slots=True)
class Product:
    """A product and its variants, as a shopper sees them on one page."""

    slug: str
    german: str
    english: str
    options: tuple[tuple[str, str, int, str], ...]


_PRODUCTS = (
    Product(
        "mug",
        "Emaillebecher Lagerfeuer",
        "Enamel mug Campfire",
        (("Tannengrün", "Fir green", 1890, "2f5d50"), ("Backstein", "Brick", 1890, "a4503a")),
    ),
    Product(
        "pack",
        "Rucksack Kammweg 22 l",
        "Backpack Ridgeway 22 l",
        (("Schiefer", "Slate", 12900, "46525e"), ("Senf", "Mustard", 12900, "b9852b")),
    ),
    Product(
        "socks",
        "Merinosocken Tal",
        "Merino socks Valley",
        (("Größe 36–39", "Size 3–5½", 2450, "7a4b62"), ("Größe 43–46", "Size 9–11", 2450, "3c5a78")),
    ),
    Product(
        "bottle",
        "Thermosflasche Gipfel 0,7 l",
        "Vacuum flask Summit 0.7 l",
        (("Weiß", "White", 3490, "d9d5c9"), ("Moos", "Moss", 3490, "5d6b3a")),
    ),
    Product(
        "lamp",
        "Zeltlampe Glühwürmchen",
        "Tent lamp Firefly",
        (("Messing", "Brass", 4950, "b08a3e"),),
    ),
    Product(
        "blanket",
        "Wolldecke Hütte 140 × 200",
        "Wool blanket Cabin 140 × 200",
        (("Nachtblau", "Midnight", 8900, "2e3f63"), ("Hafer", "Oat", 8900, "c8b48f")),
    ),
    Product(
        "jacket",
        "Regenjacke Wetterseite",
        "Rain jacket Westerly",
        (
            ("Petrol, M", "Petrol, M", 17900, "1f5f6b"),
            ("Petrol, L", "Petrol, L", 17900, "1f5f6b"),
            ("Mohn, M", "Poppy, M", 17900, "b13a32"),
        ),
    ),
    Product(
        "pan",
        "Eisenpfanne Feuerstelle 24 cm",
        "Iron pan Hearth 24 cm",
        (("Mit Holzgriff", "With wooden handle", 5990, "3a3a3c"),),
    ),
)


def _variants() -> tuple[Variant, ...]:
    found: list[Variant] = []
    for product_number, product in enumerate(_PRODUCTS):
        for german, english, price, colour in product.options:
            names = (product.slug, product.german, product.english, german, english)
            found.append(Variant(*names, price, colour, len(found), product_number))
    return tuple(found)


VARIANTS = _variants()
SOLD_OUT = next(variant for variant in VARIANTS if variant.slug == "lamp")
"""The thing that somebody else buys the last piece of."""
WITHDRAWN = next(variant for variant in VARIANTS if variant.slug == "pan")
"""The thing that the shop stops selling."""
PLENTY = tuple(variant for variant in VARIANTS if variant not in (SOLD_OUT, WITHDRAWN))


def of_product(number: int) -> tuple[Variant, ...]:
    """The variants of one product, in the order of its page."""
    return tuple(variant for variant in VARIANTS if variant.product_number == number)


PRODUCT_NUMBERS = range(len(_PRODUCTS))
