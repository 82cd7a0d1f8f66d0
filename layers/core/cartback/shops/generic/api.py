"""A shop that only talks to us: it has no API that we know of."""

from __future__ import annotations

from cartback.domain.shop.credentials import Needs
from cartback.ports import Http, ShopApi, ShopKeys

NEEDS = Needs((), {})
# Whose secret signs the webhooks (``usecases.shop.connect_shop``), and whether the address holds a secret word.
SIGNED_BY, WORD_IN_PATH = "theirs", False
TELLS_OF_CARTS = True
BY_HAND = ("Post the events of docs/shops/generic.md to the address above, signed with the shop's secret.",)
ALSO_REMINDS = ("the shop's own mails about carts, and plugins of it",)


class Api(ShopApi):
    """Can do nothing for us, and says so."""

    def __init__(self, keys: ShopKeys, http: Http) -> None:
        pass
