"""Make the message of a claim: its links, its facts, its words, and whom it is addressed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cartback.domain.channels import CONTENT_OF, TEXT_CONTENT
from cartback.domain.errors import Refused
from cartback.domain.flows import MARKETING
from cartback.usecases.messaging.links import SHORT, link_of
from cartback.usecases.messaging.wording import written
from cartback.usecases.sending import addressed, stop_word

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from cartback.domain.claims import Claim
    from cartback.domain.context import Context
    from cartback.domain.decision import Decision, Ready
    from cartback.domain.flows import Rules
    from cartback.domain.policy import Policy
    from cartback.domain.wording.own import ShopTexts
    from cartback.ports import Link, Metrics, Outgoing, ShopFace, Texts, Tokens

_OF_ADVERTISING = {"leave", "prefs"}
"""What only advertising carries: an answer to what somebody did is not left."""

_PATHS = {"restore": "r", "leave": "u", "prefs": "p", "confirm": "c"}
"""Under which path of ours a link of each kind is opened."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The message, its links, and for its story the version of the shop's own texts, where it took their words."""

    message: Outgoing
    links: list[Link]
    story: dict[str, str]


@dataclass(frozen=True, slots=True)
class Compose:
    """Everything that messages are made of. Raises ``Refused`` for a channel that nobody serves here, and for texts."""

    texts: Texts
    tokens: Tokens
    public_url: str
    own_texts: Callable[[str], ShopTexts | None] | None
    metrics: Metrics | None
    served: Container[str]

    def __call__(
        self,
        rules: Rules,
        context: Context,
        account: str | None,
        policy: Policy,
        face: ShopFace,
        claim: Claim,
        decision: Decision,
        ready: Ready,
    ) -> Composed:
        if claim.channel not in self.served:
            raise Refused(f"{claim.channel}: no such channel is served here")
        lang = rules.language(context, face)
        urls: dict[str, Any] = {}
        links = []
        law, brief = rules.FLOW.law_of(claim.touch), CONTENT_OF[claim.channel] == TEXT_CONTENT
        for wish in rules.LINKS:
            if (law != MARKETING and wish.kind in _OF_ADVERTISING) or (brief and wish.kind == "prefs"):
                continue
            token = self.tokens.fresh()[: SHORT if brief else None]
            until = wish.lives(context, policy, claim.claimed_at)
            links.append(link_of(claim, wish.kind, token, until, lang, account))
            urls[f"{wish.kind}_url"] = f"{self.public_url}/{_PATHS[wish.kind]}/{claim.shop}.{token}"
        told = rules.fields(context, decision, face, lang, self.texts.wording)
        fields = {"shop": face, **told, **urls, **stop_word(claim.channel, face, ready.address)}
        made = written(self.texts, self.own_texts, self.metrics, claim, lang, face, fields)
        leave_url, flow = urls.get("leave_url"), rules.FLOW
        message = addressed(claim, ready.address, face, made.content, lang, flow, leave_url, ready.deadline)
        return Composed(message, links, made.story)
