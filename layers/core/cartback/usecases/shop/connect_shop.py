"""Connect a shop: keep how its API is called, and subscribe to its webhooks where it lets us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import path_word
from cartback.domain.shop.service import Subscription, Unsupported
from cartback.ports import ShopKeys

if TYPE_CHECKING:
    from cartback.ports import Http, KeyStore, ShopApi, Tokens

# Whose secret signs a platform's webhooks: its ``api`` module says which.
OURS, THEIRS, TOLD = "ours", "theirs", "told"


@dataclass(frozen=True, slots=True)
class Connected:
    """What was done: topics that were subscribed to now, that were before, and steps that are left to a person.

    ``missing`` is what the access lacks: all of it at once, each with what to do.
    """

    hook: str
    made: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    ended: int = 0
    by_hand: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectShop:
    """Connect, or connect anew: what is there already stays. ``api_url`` is where webhooks come in.

    Raises ``Refused`` for an access that is not whole or that the shop refuses, with one line per field.
    """

    keys: KeyStore
    http: Http
    module: Callable[[str], ModuleType]
    tokens: Tokens
    api_url: str

    def __call__(self, shop: str, platform: str, access: Mapping[str, str] | None = None) -> Connected:
        module = self.module(platform)
        base = f"{self.api_url.rstrip('/')}/webhooks/{shop}"
        keys = replace(self.keys.read(shop) or ShopKeys(platform, ()), platform=platform)
        if access is not None:
            module.NEEDS.check(access)
            keys = replace(keys, api=dict(access))
        if not module.NEEDS.ways or (access is None and not _may_call(module, keys, self.http)):
            return Connected(_hook(module, base, keys), by_hand=module.BY_HAND)
        keys = self._with_secret(shop, keys, module)
        hook = _hook(module, base, keys)
        # Before anything is subscribed: the shop may knock at once, and after a crash the comparison goes on with it.
        keys = replace(keys, api={**keys.api, "hook": hook})
        api: ShopApi = module.Api(keys, self.http)
        there = api.subscriptions()
        if isinstance(there, Unsupported) or not api.topics():
            self.keys.write(shop, replace(keys, api={k: v for k, v in keys.api.items() if k != "hook"}))
            return Connected(hook, by_hand=module.BY_HAND)
        self.keys.write(shop, keys)
        return self._subscribed(shop, keys, api, there, base, list(api.lacks()))

    def _with_secret(self, shop: str, keys: ShopKeys, module: ModuleType) -> ShopKeys:
        if keys.secrets or module.SIGNED_BY == TOLD:
            return keys
        if module.SIGNED_BY == THEIRS:
            raise Refused(f"secret: the shop's own is needed first: cartback shop secret {shop}")
        return replace(keys, secrets=(self.tokens.fresh(),))

    def _subscribed(
        self,
        shop: str,
        keys: ShopKeys,
        api: ShopApi,
        there: Sequence[Subscription],
        base: str,
        missing: list[str],
    ) -> Connected:
        hook = keys.api["hook"]
        ours = {one.topic: one for one in there if one.url == hook}
        made: list[str] = []
        for topic in api.topics():
            try:
                if topic not in ours:
                    keys = self._made(shop, keys, api, topic)
                    made.append(topic)
                elif not ours[topic].live:
                    api.renew(ours[topic])
            except Refused as refusal:
                missing.append(_unheard(topic, refusal, self.module(keys.platform)))
        old = [one for one in there if _was_ours(one, base, hook)]
        for one in old:
            api.unsubscribe(one)
        kept = tuple(topic for topic in api.topics() if topic in ours)
        return Connected(hook, tuple(made), kept, len(old), missing=tuple(missing))

    def _made(self, shop: str, keys: ShopKeys, api: ShopApi, topic: str) -> ShopKeys:
        subscription = api.subscribe(topic, keys.api["hook"], keys.secrets[0] if keys.secrets else "")
        if isinstance(subscription, Subscription) and subscription.secret:
            keys = replace(keys, secrets=(subscription.secret, *keys.secrets)[:2])
            self.keys.write(shop, keys)
        return keys


def _unheard(topic: str, refusal: Refused, module: ModuleType) -> str:
    """What is not heard for want of a topic, in one line."""
    loss = (
        "; without it no consent and no farewell is heard"
        if topic in getattr(module, "CONSENT_TOPICS", ())
        else ""
    )
    return f"topic {topic}: {refusal.reason}{loss}"


def _may_call(module: ModuleType, keys: ShopKeys, http: Http) -> bool:
    try:
        module.Api(keys, http)
    except Refused:
        return False
    return True


def _hook(module: ModuleType, base: str, keys: ShopKeys) -> str:
    return f"{base}/{path_word(keys.secrets[0])}" if module.WORD_IN_PATH and keys.secrets else base


def _was_ours(one: Subscription, base: str, hook: str) -> bool:
    """Whether a subscription leads to this shop's door by another word than today's."""
    return one.url != hook and (one.url == base or one.url.startswith(f"{base}/"))
