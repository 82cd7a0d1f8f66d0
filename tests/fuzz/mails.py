"""Bad words on their way into a mail: into its headers, its subject, its HTML."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, replace
from email.header import decode_header, make_header
from random import Random

from cartback import texts
from cartback.channels.mime import mime
from cartback.domain.flows import MARKETING
from cartback.domain.money import Money
from cartback.domain.people import address
from cartback.domain.shop.brand import Brand
from cartback.domain.trade.items import Item
from cartback.ports import Mail, Outgoing
from tests.fuzz import mutations
from tests.unit.texts import samples as mails

HEADERS = {
    "From", "Reply-To", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "MIME-Version",
    "Content-Type",
}  # fmt: skip
OUTGOING = Outgoing(
    shop="demo",
    claim_id="c1",
    address="ada@example.com",
    sender="hallo@shop.example",
    sender_name="Haus Demo",
    reply_to="hallo@shop.example",
    content=Mail("Noch in Ihrem Warenkorb", "<p>Grüße</p>", "Grüße\n"),
    leave_url="https://api.example/u/demo." + "x" * 43,
    lang="de",
    flow="cart_recovery",
    touch="reminder",
    kind=MARKETING,
)


def envelopes(random: Random) -> None:
    """What stands in the headers of a mail: no line of anybody's making, and one recipient."""
    name = random.choice(("address", "sender", "sender_name", "reply_to", "subject", "leave_url", "text"))
    strange = {name: mutations.text(random, getattr(OUTGOING, name))}
    if name in ("subject", "text"):
        strange = {"content": replace(OUTGOING.mail, **strange)}
    message = replace(OUTGOING, **strange)
    head = mime(message).partition(b"\r\n\r\n")[0].decode("ascii")
    lines = re.sub(r"\r\n[ \t]", " ", head).split("\r\n")
    names = [line.partition(":")[0] for line in lines]
    if set(names) - HEADERS or len(names) != len(set(names)) or "\n" in head.replace("\r\n", ""):
        raise AssertionError(f"strange headers {names}")
    given = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if given["To"] != address.email(message.address):
        raise AssertionError(f"another recipient: {given['To']!r}")
    if not re.fullmatch(r"(.* )?<?" + re.escape(address.email(message.sender) or "") + ">?", given["From"]):
        raise AssertionError(f"another sender: {given['From']!r}")
    for name in ("Subject", "From"):
        shown = str(make_header(decode_header(given[name])))
        if not set(shown).isdisjoint("\r\n\x00\u2028\u2029"):
            raise AssertionError(f"a mail program shows {shown!r}")


FIELDS = (
    "first_name",
    "title",
    "variant_title",
    "image_url",
    "name",
    "imprint",
    "support_url",
    "every_link",
    "accent",
)


def words(random: Random) -> None:
    """What shoppers and shops typed, in the HTML, the text and the subject of a mail: never markup, never a line."""
    name = random.choice(FIELDS)
    good = {
        "image_url": "https://cdn.example/a.jpg",
        "support_url": "https://shop.example/help",
        "accent": "#1a5d4a",
    }
    bad = mutations.text(random, good.get(name, "Lampe"))
    shop, item, more = mails.SHOP, Item("v1", "Lampe", unit_price=Money(100, "EUR")), {}
    if name == "first_name":
        more = {"first_name": bad}
    elif name == "imprint":
        shop = replace(shop, imprint=(bad,))
    elif name == "every_link":
        shop = replace(shop, brand=mails.every_link(bad))
    elif name == "accent":
        shop = replace(shop, brand=Brand(accent=bad, on_accent=bad, ground=bad, font=bad, phone=bad))
    elif name in {field.name for field in fields(Item)}:
        item = replace(item, **{name: bad})
    else:
        shop = replace(shop, **{name: bad})
    lang, touch = random.choice(("de", "en")), random.choice(("reminder", "answers", "last_note"))
    subject, html, _ = texts.email(
        "cart_recovery", touch, lang, mails.fields(shop=shop, items=(item,), **more)
    )
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in subject):
        raise AssertionError(f"the subject is {subject!r}")
    low = html.lower()
    if "<script" in low or "onerror=alert(1)>" in low or 'href="javascript:' in low or "49{%" in low:
        raise AssertionError("markup of somebody else")
