"""Add, change and remove shops, and their secrets: what the operator does."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cartback.domain.channels import CONTENT_OF, EMAIL, SENDERS, open_to
from cartback.domain.errors import Conflict, Refused
from cartback.domain.policy import plan_for
from cartback.domain.shop.setting_flows import ON, refusals, switched_on, unfold
from cartback.domain.shop.setting_kinds import SIGN_WORDS
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import KeptSettings, ShopKeys

if TYPE_CHECKING:
    from cartback.domain.flows import Flow
    from cartback.ports import Clock, KeyStore, ShopBook

STAMPS = ("version", "changed_at", "changed_by", "switched_on")
"""What Cartback writes into the record itself."""

_PRESENT = 2
"""Secrets that are accepted at the same time: the newest, and the one that it replaces."""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is in the folders: platforms, cards of flows, channels, and by kind of content the languages in which
    each touch of the recovery has a text.

    ``check_secret`` raises Refused for a platform and a secret with which it could never sign.
    """

    platforms: frozenset[str]
    flows: Mapping[str, Flow]
    texts: Mapping[str, Mapping[str, frozenset[str]]]
    check_secret: Callable[[str, str], None]
    channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class EditShop:
    """Keep the book of shops. Every change is a new version; who read an older one is told, not overwritten.

    Every method raises Refused for what the operator got wrong, one line per field, and Conflict if somebody else
    changed the same shop in between.
    """

    book: ShopBook
    keys: KeyStore
    clock: Clock
    known: Known

    def add(self, document: Mapping[str, object], by: str) -> ShopSettings:
        """Take in a shop. A shop that was removed before goes on counting its versions."""
        settings = self._checked({key: value for key, value in document.items() if key not in STAMPS})
        kept = self.book.read(settings.shop)
        if kept is not None and not kept.removed:
            raise Refused(f"shop: {settings.shop} exists already; use edit")
        return self._keep(settings, None, kept.settings.version if kept else 0, by)

    def show(self, shop: str, version: int | None = None) -> ShopSettings:
        """The present settings of a shop, or those of an earlier version."""
        kept = self.book.read(shop, version)
        if kept is None or (kept.removed and version is None):
            raise Refused(f"shop: {shop} is not known" + (f" at version {version}" if version else ""), 404)
        return kept.settings

    def edit(self, shop: str, changes: Mapping[str, object], by: str) -> ShopSettings:
        """Change single fields by their dotted paths, such as ``policy.preset`` or ``policy.flows.winback.after``.

        A flow that is switched on or off keeps its options; one that gets an option is not switched on by that.
        """
        document = self.show(shop).as_document()
        for path, value in changes.items():
            _assign(document, _to_its_switch(document, path, value), value)
        return self.replace(shop, document, by)

    def replace(self, shop: str, document: Mapping[str, object], by: str) -> ShopSettings:
        """Put a whole document in the place of a shop's settings.

        A document that carries a ``version`` must carry the present one. What changes nothing makes no version.
        """
        present = self.show(shop)
        if document.get("shop", shop) != shop:
            raise Refused(f"shop: must stay {shop}; add another shop instead")
        if document.get("version", present.version) != present.version:
            raise Conflict(_outdated(shop, present.version))
        stamps = {key: value for key, value in present.as_document().items() if key in STAMPS}
        settings = self._checked({**document, "shop": shop, **stamps})
        if settings == present:
            return present
        settings = self._keep(settings, present, present.version, by)
        self._follow_platform(settings)
        return settings

    def remove(self, shop: str, by: str) -> None:
        """Take a shop out: nobody signs for it any more and nothing is sent. Its versions and carts stay.

        The secret goes first, so that a crash in between leaves a shop without intake rather than the reverse.
        """
        present = self.show(shop)
        self.keys.drop(shop)
        self._put(KeptSettings(present.stamped(present.version + 1, self.clock.now(), by), removed=True))

    def shops(self) -> list[ShopSettings]:
        """Every shop, by name."""
        return self.book.shops()

    def secrets(self, shop: str) -> int:
        """How many secrets are accepted for a shop at the moment."""
        keys = self.keys.read(shop)
        return len(keys.secrets) if keys else 0

    def set_secret(self, shop: str, secret: str) -> int:
        """Accept a new secret, and the one before it until ``retire``; an older one goes. Gives how many count now.

        What was agreed with the platform under the old secret is forgotten: it has to connect anew.
        """
        settings = self.show(shop)
        secret = secret.strip()
        if not re.fullmatch(r"[!-~]{16,500}", secret, re.ASCII):
            raise Refused("secret: must be 16 to 500 printable characters without spaces")
        self.known.check_secret(settings.platform, secret)
        keys = self.keys.read(shop)
        before = [old for old in keys.secrets if old != secret] if keys else []
        secrets = tuple([secret, *before][:_PRESENT])
        self.keys.write(shop, ShopKeys(settings.platform, secrets, api=keys.api if keys else {}))
        return len(secrets)

    def retire(self, shop: str) -> int:
        """Stop accepting all secrets but the newest. Gives how many count now."""
        settings = self.show(shop)
        keys = self.keys.read(shop)
        if keys is None or not keys.secrets:
            raise Refused(f"secret: {shop} has none yet")
        self.keys.write(shop, ShopKeys(settings.platform, keys.secrets[:1], keys.agreed, keys.api))
        return 1

    def _checked(self, document: Mapping[str, object]) -> ShopSettings:
        settings = ShopSettings.parse(document)
        lines = [line for check in _CHECKS for line in check(settings, self.known)]
        if lines:
            raise Refused("\n".join(lines))
        return settings

    def _keep(
        self, settings: ShopSettings, present: ShopSettings | None, version: int, by: str
    ) -> ShopSettings:
        """Keep as the next version. A flow that it switches on acts on nothing older than this instant."""
        now, before = self.clock.now(), present.rules.flows if present else {}
        since = switched_on(before, present.switched_on if present else {}, settings.rules.flows, now)
        settings = settings.stamped(version + 1, now, by, since)
        self._put(KeptSettings(settings))
        return settings

    def _put(self, kept: KeptSettings) -> None:
        try:
            self.book.put(kept)
        except Conflict as conflict:
            raise Conflict(_outdated(kept.settings.shop, None)) from conflict

    def _follow_platform(self, settings: ShopSettings) -> None:
        keys = self.keys.read(settings.shop)
        if keys is not None and keys.platform != settings.platform:
            self.keys.write(settings.shop, ShopKeys(settings.platform, keys.secrets))


def _outdated(shop: str, version: int | None) -> str:
    now = "" if version is None else f" and is at version {version}"
    return f"version: {shop} was changed by somebody else in the meantime{now}; look at it again and repeat the change"


def _to_its_switch(document: dict[str, Any], path: str, value: object) -> str:
    """The path of a change; where it leads into a flow, that is unfolded in the document. A bare word is its switch."""
    parts = path.split(".")
    if parts[:2] != ["policy", "flows"] or len(parts) < 3:
        return path
    policy = document["policy"]
    policy["flows"] = unfolded = unfold(policy["flows"]) or {}
    unfolded.setdefault(parts[2], {ON: False})
    return f"{path}.{ON}" if len(parts) == 3 and not isinstance(value, Mapping) else path


def _assign(document: dict[str, Any], path: str, value: object) -> None:
    """Set one field of a document. Raises Refused for a path that leads nowhere; the value is judged later."""
    *parents, last = path.split(".")
    place: Any = document
    for depth, name in enumerate(parents, 1):
        below = _step(place, name)
        if below is None and isinstance(place, dict) and name in place:
            # An optional part that is switched off, such as quiet hours: writing into it switches it on.
            place[name] = below = {}
        if not isinstance(below, dict | list):
            raise Refused(f"{'.'.join(parents[:depth])}: no such setting")
        place = below
    if isinstance(place, list):
        if not last.isdecimal() or int(last) >= len(place):
            raise Refused(f"{path}: the list has no such element; set the whole list")
        place[int(last)] = value
        return
    place[last] = copy.deepcopy(value)


def _step(place: Any, name: str) -> Any:
    if isinstance(place, list):
        return place[int(name)] if name.isdecimal() and int(name) < len(place) else None
    return place.get(name)


def _platform(settings: ShopSettings, known: Known) -> list[str]:
    if settings.platform in known.platforms:
        return []
    return [
        f"platform: {settings.platform!r} has no adapter; allowed: one of {', '.join(sorted(known.platforms))}"
    ]


def _flows(settings: ShopSettings, known: Known) -> list[str]:
    return list(refusals(settings.rules.flows, known.flows))


def _texts(settings: ShopSettings, known: Known) -> list[str]:
    own = settings.rules.touches is not None
    lines = []
    channels = open_to(known.channels, settings.senders)
    for position, touch in enumerate(plan_for(settings.policy()).touches):
        channel = touch.channel if touch.channel in channels else EMAIL
        kind = CONTENT_OF[channel]
        texts = known.texts.get(kind, {})
        without = [lang for lang in settings.languages if lang not in texts.get(touch.name, ())]
        if without:
            path = f"policy.touches[{position}].name" if own else "policy.preset"
            what = "text" if channel == EMAIL else f"text for {channel} ({kind})"
            lines.append(
                f"{path}: {touch.name!r} has no {what} in {', '.join(without)}; "
                f"texts there are: {', '.join(sorted(texts)) or 'none'}"
            )
    return lines


def _channels(settings: ShopSettings, known: Known) -> list[str]:
    """A touch of the shop's own must be one that can be sent, under a sender of the shop's; a preset's falls back."""
    own = [touch.channel for touch in settings.rules.touches or () if touch.channel in known.channels]
    return [
        f"policy.touches[{position}].channel: {touch.channel} is not served here; "
        f"allowed: one of {', '.join(sorted(known.channels))}"
        for position, touch in enumerate(settings.rules.touches or ())
        if touch.channel not in known.channels
    ] + [
        f"senders.{channel}: is missing, and messages go by {channel}; allowed: {SIGN_WORDS}"
        for channel in sorted(set(own))
        if channel in SENDERS and channel not in settings.senders
    ]


_CHECKS: tuple[Callable[[ShopSettings, Known], list[str]], ...] = (
    _platform,
    _flows,
    _channels,
    _texts,
)
