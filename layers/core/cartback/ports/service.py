"""What a shop's own system can be asked, and how we ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from cartback.domain.errors import Refused
from cartback.domain.shop.service import Unsupported

if TYPE_CHECKING:
    from cartback.domain.money import Money
    from cartback.domain.observations import Fetch, OrderSeen, ProductSeen, VariantSeen
    from cartback.domain.shop.calls import Call, Reply
    from cartback.domain.shop.service import Changes, Discount, DiscountMade, Subscription


_CANNOT = Unsupported("this platform's API cannot do that")


class Http(Protocol):
    """The only way out to APIs that are not AWS's."""

    def send(self, call: Call) -> Reply:
        """Make one request. Only public addresses over TLS, only the same host, only so much and so long.

        Raises ``TryLater`` where the other side is slow, busy (429 and 503 with its delay) or broken, and ``Refused``
        with its status for any other 4xx; a token that is refused is asked for anew, once.
        """


class ShopApi(Protocol):
    """What a shop can do for us. A platform's ``Api`` overrides what its API has; the rest says that it cannot.

    Every call goes out over ``Http`` and raises what that raises. Flows cope with ``Unsupported``.
    """

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...] | Unsupported:
        """How many are left of each variant, right now; variants that are gone are left out."""
        return _CANNOT

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money] | Unsupported:
        """What each variant costs, right now, in the shop's own currency."""
        return _CANNOT

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...] | Unsupported:
        """What a customer ordered since an instant, at most a page of it, the latest for sure."""
        return _CANNOT

    def restore_link(self, ref: str) -> str | Unsupported | None:
        """The shop's own link back to a cart or checkout, by one of our references; None if there is none."""
        return _CANNOT

    def create_discount(self, wanted: Discount) -> DiscountMade | Unsupported:
        """Make a code, or find the one that an earlier, unanswered call made."""
        return _CANNOT

    def revoke_discount(self, made: DiscountMade) -> Unsupported | None:
        """Take a code back; one that is gone already is no error."""
        return _CANNOT

    def product(self, product_id: str) -> ProductSeen | Unsupported | None:
        """A product with its variants; None if it is gone."""
        return _CANNOT

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes | Unsupported:
        """A page of the orders that changed since an instant."""
        return _CANNOT

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Changes | Unsupported:
        """A page of the abandoned checkouts (or what this platform has for them) that changed since an instant."""
        return _CANNOT

    def fetch(self, wanted: Fetch) -> Sequence[str]:
        """See ``Fetcher``. Raises ``Refused`` on platforms whose webhooks never ask for it."""
        raise Refused("this platform's events need no fetching")

    def subscriptions(self) -> tuple[Subscription, ...] | Unsupported:
        """The webhook subscriptions that there are, whoever made them."""
        return _CANNOT

    def lacks(self) -> tuple[str, ...]:
        """What this access may not do and has to, each with what to do about it; empty where nothing can be asked."""
        return ()

    def topics(self) -> tuple[str, ...]:
        """The topics to subscribe to."""
        return ()

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription | Unsupported:
        """Make a subscription; ``secret`` signs it where the subscriber may choose."""
        return _CANNOT

    def renew(self, subscription: Subscription) -> Subscription | Unsupported:
        """Prolong a subscription, or switch it on again."""
        return _CANNOT

    def unsubscribe(self, subscription: Subscription) -> Unsupported | None:
        """End a subscription; one that is gone already is no error."""
        return _CANNOT
