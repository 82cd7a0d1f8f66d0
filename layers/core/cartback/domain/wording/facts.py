"""The facts that a text can name: what each is, and whether it is always there."""

from __future__ import annotations

from dataclasses import dataclass

TEXT, NUMBER, FLAG = "text", "number", "flag"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``kind`` says how it is used: shown, counted and compared, or only asked for (``FLAG``).

    ``always`` says that it is never missing. What may be missing is shown only where a text has asked for it.
    """

    says: str
    kind: str = TEXT
    always: bool = True


FACTS = {
    "shop.name": Fact("the shop's name"),
    "lang": Fact("the language of the message: de or en"),
    "first_name": Fact("the first name, if one is known that is no advertisement", always=False),
    "item.name": Fact("the first article's name"),
    "item.variant": Fact("its variant, if it has one", always=False),
    "item.full": Fact("its name with the variant in brackets"),
    "item.brief": Fact("the same, short enough for a subject"),
    "others": Fact("how many more lines the cart has", NUMBER),
    "more": Fact("how many lines the mail does not show; it shows five", NUMBER),
    "total": Fact("the sum as the language writes it, if all prices are known", always=False),
    "links": Fact("whether the shop has set a page for shipping, returns or support", FLAG),
    "shop.reply_to": Fact("whether the shop reads what is answered to its mails", FLAG),
    "support_url": Fact("whether the shop has set a page for questions", FLAG),
    "basis": Fact("the legal basis: explicit, double_opt_in or existing_customer"),
    "wording": Fact("what somebody would agree to, to the letter"),
}
"""By their names. A flow's texts can name those of them that its mails are given."""
