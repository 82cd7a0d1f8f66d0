"""Show a text as somebody would get it: a preview that nobody gets, or a test mail to an address that is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.people import address
from cartback.ports import Mail, Outgoing

if TYPE_CHECKING:
    from cartback.domain.shop.settings import ShopSettings
    from cartback.domain.wording.parts import TextName
    from cartback.ports import HouseTexts, ShopFace, TrialMail

USUAL = "usual"
MARK = "[Test]"


@dataclass(frozen=True, slots=True)
class TryText:
    """Previews and test mails of a text in given own words, with goods that nobody left behind.

    Its links lead to pages of ours that know nobody (``public_url``). A test is no message to a shopper: it takes no
    claim, no budget and no consent, it goes to no address but the one that is named, and says that it is a test.
    """

    house: HouseTexts
    settings: Callable[[str], ShopSettings]
    face: Callable[[ShopSettings], ShopFace]
    public_url: str
    mail: TrialMail | None = None

    def preview(
        self, shop: str, name: TextName, own: Mapping[str, str], situation: str = USUAL
    ) -> tuple[str, str, str]:
        """Subject, HTML and plain text. Raises Refused for a situation that there is not, naming those that are."""
        face = self.face(self.settings(shop))
        face = replace(face, form_of_address=name.form or face.form_of_address)
        return self.house.sample(name, own, face, self.public_url.rstrip("/"), situation)

    def situations(self, shop: str, name: TextName) -> list[str]:
        """In which situations a text can be looked at, the usual one first."""
        return self.house.situations_of(name, self.face(self.settings(shop)))

    def send(self, shop: str, name: TextName, own: Mapping[str, str], to: str, situation: str = USUAL) -> str:
        """Send it once to this address; gives the provider's id.

        Raises Refused for an address that nobody can write to and for what the provider refuses, TryLater and
        Doubtful as ``ports.TrialMail`` does.
        """
        recipient = address.email(to)
        if recipient is None:
            raise Refused("--to: is not an address that we can write to")
        if self.mail is None:
            raise LookupError("nothing to send it with")
        face = self.face(self.settings(shop))
        subject, html, text = self.preview(shop, name, own, situation)
        return self.mail.send_test(
            Outgoing(
                shop=shop,
                claim_id="",
                address=recipient,
                sender=face.sender,
                sender_name=face.sender_name or face.name,
                reply_to=face.reply_to,
                content=Mail(f"{MARK} {subject}", html, f"{MARK}\n\n{text}"),
                leave_url=None,
                lang=name.lang,
                flow=name.flow,
                touch=name.step,
                kind="transactional",
            )
        )
