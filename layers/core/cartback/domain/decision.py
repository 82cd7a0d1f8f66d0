"""What a rule answers: send, act, wait, skip or stop, with a reason that is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.subject import Subject
    from cartback.domain.trade.items import Item


class Outcome(StrEnum):
    """What happens. The words are stored and travel in state machines."""

    SEND = "send"
    WAIT = "wait"
    SKIP = "skip"
    STOP = "stop"
    ACT = "act"


SEND, WAIT, SKIP, STOP, ACT = Outcome


class Reason(StrEnum):
    """Why, in the words that the house's own rules use. They are stored: none is ever renamed.

    Beside these a decision may quote what a row says of itself: the status of a cart, why an address is blocked.
    """

    DUE = "due"
    NOT_YET = "not_yet"
    SHOPPER_ACTIVE = "shopper_active"
    CART_UNKNOWN = "cart_unknown"
    SUBJECT_UNKNOWN = "subject_unknown"
    JOINED = "joined"
    TEST_ORDER = "test_order"
    NO_CHECKOUT = "no_checkout_of_theirs"
    NOT_PAID = "not_paid"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_REFUNDED = "order_refunded"
    RETURN_ASKED = "return_asked"
    NOT_SHIPPED = "not_shipped"
    NOT_DELIVERED = "not_delivered"
    BOUGHT_AGAIN = "bought_again"
    NO_GUIDE = "no_guide"
    REOPENED = "reopened_since"
    EMPTIED = "emptied"
    BOUGHT_ELSEWHERE = "bought_elsewhere"
    BOUGHT_RECENTLY = "bought_recently"
    OWNED = "owned"
    NOTHING_LEFT = "nothing_left"
    OWNER_IN_DOUBT = "owner_in_doubt"
    FLOW_OFF = "flow_off"
    OLDER_THAN_FLOW = "older_than_flow"
    NOT_WANTED = "not_wanted"
    HEARD_TOO_LATE = "heard_too_late"
    SUPERSEDED = "superseded"
    BOT = "bot"
    PAUSED_DELIVERABILITY = "paused_deliverability"
    ERASED = "erased"
    NO_ADDRESS = "no_address"
    OPTED_OUT = "opted_out"
    SILENT_FOR_LONG = "silent_for_long"
    EXPIRED = "expired"
    ENOUGH = "enough_for_cart"
    TOLD_BEFORE = "told_before"
    CARRIERS = "carrier_rule"
    OUT_OF_STOCK = "out_of_stock"
    SHOP_BEHIND = "shop_behind"
    PERSON_PAUSED = "paused"
    TOO_OFTEN = "too_often_for_person"
    CAP_IS_ZERO = "cap_is_zero"
    NO_ROOM = "no_room_in_budget"
    BUDGET_SPENT = "budget_spent"
    QUIET_HOURS = "quiet_hours"
    NO_COMMON_HOUR = "no_common_hour"
    MAKES_ROOM = "makes_room"
    ASKED = "asked"
    ASKED_AGAIN = "asked_again_since"
    NOT_CONFIRMED = "not_confirmed"
    ENOUGH_QUESTIONS = "enough_questions"
    SHOP_UNKNOWN = "shop_unknown"
    CLAIMED_BEFORE = "claimed_before"
    BLOCKED = "blocked"
    WARMING_UP = "warming_up"
    PROVIDER_BUSY = "provider_busy"
    DOUBTFUL = "doubtful"
    RESTLESS = "restless"
    NO_TOUCHES = "no_touches"
    ALL_DONE = "all_done"
    ALL_SENT = "all_sent"
    LOW = "stock_low"
    RESTOCKED = "restocked"
    LOW_AGAIN = "low_again"
    NOT_SOLD = "not_sold"
    NOT_COUNTED = "not_counted"
    NO_TIER = "no_step_at_this_limit"
    ON_ITS_WAY = "supply_on_its_way"
    ORDERED_BEFORE = "ordered_before"
    UNSETTLED = "effect_unsettled"
    BOUGHT_SINCE = "bought_since"
    CAME_BACK = "came_back"
    TICKET_OPEN = "ticket_open"
    RETURN_OPEN = "return_open"
    NOT_SERVED = "not_served"
    NO_TEXT = "no_text"
    TOO_DEAR = "too_dear"
    TOO_SLOW = "too_slow"
    CLOSED = "closed_until_too_late"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel writes to. ``kind`` is one of ``domain.channels``, ``hash`` how it is known again."""

    kind: str
    value: str
    hash: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything without which no message may leave; nothing of it can be missing.

    ``basis`` quotes the consent, or the reason that needs none; ``basis_kind`` is its kind, as texts word it.
    ``person_id`` is empty where the recipient is nobody yet, as behind a sign-up. After ``deadline`` the message must
    not arrive any more; None where it lies in a mailbox until it is read. ``channel`` is the way that it goes, and
    ``ladder`` says why, where there was a choice.
    """

    subject: Subject
    person_id: str
    address: Address
    basis: str
    basis_kind: str
    purpose: str
    deadline: datetime | None = None
    channel: str = "email"
    ladder: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """Which goods a message names, by their short names (``trade.line_names``), for whoever judges it later.

    ``of_the_rest`` says that the shop wants the rest of a cart reminded of after a part of it was bought.
    """

    goods: tuple[str, ...] = ()
    of_the_rest: bool = False


NOTHING_SAID = Named()


@dataclass(frozen=True, slots=True)
class Decision:
    """``word`` is what happens, ``reason`` why, ``inputs`` what was looked at (ids and numbers, never people).

    ``until`` is set for ``wait``; ``items`` for ``send``: the lines that are named, and ``named`` which goods these are
    where the reader bought something since. A decision to send that is acted on holds its ``ready``.
    """

    word: Outcome
    reason: str
    until: datetime | None = None
    items: tuple[Item, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)
    ready: Ready | None = None
    named: Named = NOTHING_SAID
