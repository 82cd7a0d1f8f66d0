"""A shop, a cart and the fields of a mail, and a reader of HTML for the tests of the texts."""

from dataclasses import replace
from html.parser import HTMLParser

from cartback.domain.consent.preferences import View
from cartback.domain.money import Money
from cartback.domain.shop.brand import Brand, Logo, Mark, NamedLink, Picture
from cartback.domain.trade.items import Item
from cartback.ports import ShopFace
from cartback.texts import MailFields, OrderFields, QuestionFields

SHOP = ShopFace(
    shop="lumen",
    name="Lumen & Holz",
    url="https://lumen.example/",
    domains=("lumen.example",),
    sender="hallo@lumen.example",
    reply_to="hallo@lumen.example",
    imprint=("Lumen & Holz GmbH, Musterstraße 12, 10115 Berlin", "HRB 000000"),
    languages=("de", "en"),
    time_zone="Europe/Berlin",
    brand=Brand(logo=Logo(Picture("https://lumen.example/logo.png", width=160))),
    support_url="https://lumen.example/help",
    returns_url="https://lumen.example/returns?from=mail",
    shipping_url="https://lumen.example/shipping",
)
LAMP = Item(
    "1", "Leselampe Nora", 2, "Messing, 42 cm", Money(12900, "EUR"), image_url="https://cdn.example/lamp.jpg"
)
RESTORE, LEAVE = "https://api.example/r/lumen.aaaa", "https://api.example/u/lumen.bbbb"


def every_link(address: str) -> Brand:
    """A brand all of whose links and pictures lead to one address."""
    picture, named = Picture(address, width=80), (NamedLink(address, {"de": "Mehr"}),)
    marks = (Mark("Geprüft", picture, address),)
    return Brand(
        logo=Logo(picture),
        logo_dark=address,
        header=named,
        footer=named,
        social={"instagram": address},
        trust=marks,
        payment=marks,
    )


def fields(**changes) -> MailFields:
    """Good fields, with these changes."""
    good = MailFields(
        shop=SHOP,
        items=(LAMP,),
        restore_url=RESTORE,
        leave_url=LEAVE,
        first_name="Erika",
        total=Money(25800, "EUR"),
    )
    return replace(good, **changes)


VIEW = View(
    topics={"cart_reminders": True, "offers": False, "news": True},
    channels={"email": True},
    frequency="weekly",
    language="de",
)


def question(**changes) -> QuestionFields:
    """Good fields of the question whether somebody signed up."""
    return replace(QuestionFields(SHOP, "https://api.example/c/lumen.cccc", "Ja, gern."), **changes)


PAGE = "https://lumen.example/care"


def bought(**changes) -> OrderFields:
    """Good fields of a mail about an order."""
    return replace(OrderFields(SHOP, (LAMP,), PAGE, LEAVE, first_name="Erika"), **changes)


def many(count: int) -> tuple[Item, ...]:
    """That many different lines."""
    return tuple(replace(LAMP, variant_id=str(n), title=f"Lampe {n}") for n in range(count))


class Read(HTMLParser):
    """``shape`` is every tag with the names of its attributes; ``attributes`` are their values; ``shown`` the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.shown = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.shown += data

    def values(self, name: str, tag: str | None = None) -> list[str]:
        """The values of an attribute, in order."""
        return [value for of, attribute, value in self.attributes if attribute == name and tag in (None, of)]
