"""What came of it, counted from what the mail server received and from what the shops and shoppers were answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from local.demo.late import ORDER, too_late
from local.demo.life import Life
from local.mail import Message


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome, of all shops or of one. Duplicates and what came after a purchase or an opt-out are counted from
    what the mail server received and from when the shops' and the shoppers' requests were answered, not from what
    Cartback thinks of itself. ``messages`` leaves out the questions whether a sign-up was meant (``questions``)."""

    shoppers: int
    carts: int
    bought_before_first_touch: int
    found_by_comparing: int
    messages: int
    questions: int
    recovered: int
    opted_out: int
    withheld: dict[str, int]
    duplicates: int
    after_purchase: int
    after_opt_out: int
    recovered_cents: int
    shops: dict[str, Tally] = field(default_factory=dict)
    explained: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nobody got a mail too many, and somebody came back."""
        return not (self.duplicates or self.after_purchase or self.after_opt_out) and self.recovered > 0

    def as_json(self) -> dict[str, Any]:
        """The outcome for programs."""
        told = asdict(self)
        for shop in told["shops"].values():
            del shop["shops"], shop["explained"]
        return told


def count(
    lives: Sequence[Life], messages: Sequence[Message], withheld: Mapping[str, dict[str, int]]
) -> Tally:
    """Count what happened to the shoppers and what reached the mail server; ``withheld`` is by platform."""
    shops = {}
    for platform in sorted({life.shop.platform for life in lives}):
        own = [life for life in lives if life.shop.platform == platform]
        addresses = {life.buyer.email for life in own}
        mails = [each for each in messages if addresses.intersection(each.to)]
        shops[platform] = _counted(own, mails, withheld.get(platform, {}))
    reasons: Counter[str] = Counter()
    for shop in withheld.values():
        reasons.update(shop)
    whole = _counted(lives, messages, by_number(reasons))
    return replace(whole, shops=shops)


def _counted(lives: Sequence[Life], messages: Sequence[Message], withheld: dict[str, int]) -> Tally:
    recovered = [life for life in lives if life.restored and life.bought_at is not None]
    questions = sum(is_question(message) for message in messages)
    late = list(too_late(lives, messages))
    return Tally(
        shoppers=len(lives),
        carts=sum(life.shop.has_carts for life in lives),
        bought_before_first_touch=sum(
            1
            for life in lives
            if life.shop.has_carts and life.bought_at is not None and not life.mails_when_bought
        ),
        found_by_comparing=sum(life.found_by_comparing for life in lives),
        messages=len(messages) - questions,
        questions=questions,
        recovered=len(recovered),
        opted_out=sum(1 for life in lives if life.left_at or life.refused_at),
        withheld=withheld,
        duplicates=doubled(messages),
        after_purchase=sum(each.what == ORDER for each in late),
        after_opt_out=sum(each.what != ORDER for each in late),
        recovered_cents=sum(life.total for life in recovered),
    )


def is_question(message: Message) -> bool:
    """Whether a mail asks if a sign-up was meant, which is no advertising."""
    return message.tags.get("touch", "").startswith("confirm")


def doubled(messages: Iterable[Message]) -> int:
    """How many messages repeat a touch that the same person got before. Each shopper has one cart."""
    seen = Counter((message.to, message.tags.get("touch", message.subject)) for message in messages)
    return sum(number - 1 for number in seen.values())


def by_number(reasons: Counter[str]) -> dict[str, int]:
    """The most frequent reasons first."""
    return dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))
