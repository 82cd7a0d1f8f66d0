"""A shop and its policy as one validated record: everything that a merchant can change without a deployment.

Settings are a JSON document. What is not written has a default, what is not known is refused, and every refusal
names the field and what is allowed there. Secrets are no settings: they never come near this record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AwareDatetime, Field, ValidationError, ValidationInfo, field_validator

from cartback.domain.channels import CHANNELS, SENDERS
from cartback.domain.consent.jurisdiction import PACKS, STRICTEST
from cartback.domain.errors import Refused
from cartback.domain.language import DU, SIE
from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.messaging.warm_up import WarmUp
from cartback.domain.people.awaited import AWAITED
from cartback.domain.policy import MOST_MESSAGES, ORCHESTRATIONS, PER_CART, Policy, Touch
from cartback.domain.shop.presets import PRESETS
from cartback.domain.shop.setting_brand import BrandSettings, renamed
from cartback.domain.shop.setting_channels import (
    COUNTRY_WORDS,
    LADDER_WORDS,
    PROVIDER_WORDS,
    CountrySenders,
    Ladder,
    Providers,
    Senders,
)
from cartback.domain.shop.setting_crowd import CrowdSettings
from cartback.domain.shop.setting_faults import explain
from cartback.domain.shop.setting_flows import FLOW_WORDS, FlowChoice, Flows
from cartback.domain.shop.setting_kinds import (
    SIGN_WORDS,
    SPAN_WORDS,
    URL_WORDS,
    Host,
    Mail,
    Slug,
    Source,
    Span,
    Text,
    Url,
    WallTime,
    Word,
    Zone,
    one_of,
)
from cartback.domain.shop.setting_origins import Part, ReckoningSettings
from cartback.domain.trade.bill import AS_TOLD, PRICES

LANGUAGES = ("de", "en")
BASES = ("double_opt_in", "explicit", "existing_customer")


class Sender(Part):
    """Whose name and address stand in the From line."""

    name: Text = Field(description="1 to 120 characters on one line")
    address: Mail = Field(description="an e-mail address that the mail service may send from")


class Links(Part):
    """Pages of the shop that mails and pages may point to."""

    support_url: Url | None = Field(None, description=f"{URL_WORDS}, or null")
    returns_url: Url | None = Field(None, description=f"{URL_WORDS}, or null")
    shipping_url: Url | None = Field(None, description=f"{URL_WORDS}, or null")
    privacy_url: Url | None = Field(None, description=f"{URL_WORDS}, or null")
    imprint_url: Url | None = Field(None, description=f"{URL_WORDS}, or null")


class PriceNote(Part):
    """What stands beside prices, such as that they include VAT (PAngV §§ 3, 6); one line in each language."""

    de: Text | None = Field(None, description="1 to 120 characters on one line, or null")
    en: Text | None = Field(None, description="1 to 120 characters on one line, or null")


class TouchSettings(Part):
    """One message of a cadence of the shop's own."""

    name: Word = Field(description="the name of a text, such as reminder, answers or last_note")
    after: Span = Field(description=f"5m to 30d after the last activity: {SPAN_WORDS}")
    channel: Annotated[str, one_of(*CHANNELS)] = Field("email", description=f"one of {', '.join(CHANNELS)}")

    @field_validator("after")
    @classmethod
    def _in_range(cls, after: timedelta) -> timedelta:
        if not timedelta(minutes=5) <= after <= timedelta(days=30):
            raise ValueError
        return after


class CapSettings(Part):
    """How many messages one person may get, over all flows and channels; 0 means none at all."""

    per_day: int = Field(2, ge=0, le=5, description="a whole number from 0 to 5")
    per_week: int = Field(4, ge=0, le=15, description="a whole number from 0 to 15, not below per_day")
    per_month: int = Field(8, ge=0, le=40, description="a whole number from 0 to 40, not below per_week")
    min_gap_hours: int = Field(4, ge=0, le=168, description="hours, a whole number from 0 to 168")

    @field_validator("per_week", "per_month")
    @classmethod
    def _not_below_the_shorter(cls, limit: int, info: ValidationInfo) -> int:
        shorter = {"per_week": "per_day", "per_month": "per_week"}[info.field_name or ""]
        if limit < info.data.get(shorter, 0):
            raise ValueError
        return limit


class QuietSettings(Part):
    """When the shopper is left in peace, on the wall clock of the time zone; may run over midnight."""

    start: WallTime = Field("21:00", description='a time of day such as "21:00"')
    end: WallTime = Field("08:00", description='a time of day such as "08:00", other than start')

    @field_validator("end")
    @classmethod
    def _not_empty(cls, end: str, info: ValidationInfo) -> str:
        if end == info.data.get("start"):
            raise ValueError
        return end


class WarmUpSettings(Part):
    """How a new sender begins: so many messages on the first day (UTC), twice as many on each that follows."""

    start: date = Field(description='a day such as "2026-09-01"')
    first_day: int = Field(50, ge=1, le=10_000, description="a whole number from 1 to 10000")


class PolicySettings(Part):
    """The rules of the reminders. What stays unset comes from the preset."""

    preset: Annotated[str, one_of(*PRESETS)] = Field("standard", description=f"one of {', '.join(PRESETS)}")
    silence: Span | None = Field(
        None, description=f"5m to 1d (1440 minutes): {SPAN_WORDS}; null takes the preset's"
    )
    touches: tuple[TouchSettings, ...] | None = Field(
        None,
        description=f"1 to {MOST_MESSAGES} touches with different names, each later than the one before; "
        "null takes the preset's",
    )
    ladder: Ladder = Field((), description=LADDER_WORDS)
    margin_percent: int = Field(30, ge=1, le=95, description="percent, a whole number from 1 to 95")
    message_share_percent: int = Field(5, ge=0, le=50, description="percent, a whole number from 0 to 50")
    caps: CapSettings = Field(CapSettings(), description="per_day, per_week, per_month, min_gap_hours")
    quiet_hours: QuietSettings | None = Field(QuietSettings(), description="start and end, or null for none")
    pack: Annotated[str, one_of(*PACKS)] = Field(STRICTEST, description=f"one of {', '.join(PACKS)}")
    accepted_bases: tuple[Annotated[str, one_of(*BASES)], ...] = Field(
        ("double_opt_in", "explicit"), min_length=1, description=f"one or more of {', '.join(BASES)}"
    )
    rest_after_purchase_hours: int = Field(
        24, ge=0, le=720, description="hours, a whole number from 0 to 720"
    )
    give_up_after_days: int = Field(7, ge=1, le=30, description="days, a whole number from 1 to 30")
    one_visit_days: int = Field(5, ge=0, le=30, description="days, a whole number from 0 to 30")
    origins: ReckoningSettings = Field(
        ReckoningSettings(), description="shopper, staff, renewal, bought_methods and bought_statuses"
    )
    silent_after_days: int = Field(365, ge=30, le=1095, description="days, a whole number from 30 to 1095")
    lapse_days: int = Field(90, ge=14, le=730, description="days, a whole number from 14 to 730")
    expects: tuple[Annotated[str, one_of(*AWAITED)], ...] = Field(
        (), description=f"none or more of {', '.join(AWAITED)}"
    )
    warm_up: WarmUpSettings | None = Field(None, description="start and first_day, or null for none")
    crowd: CrowdSettings = Field(CrowdSettings(), description="lines, of_one, pieces and worth")
    link_days: int = Field(30, ge=1, le=365, description="days, a whole number from 1 to 365")
    ask_shop: bool = Field(False, description="true or false")
    orchestration: Annotated[str, one_of(*ORCHESTRATIONS)] = Field(
        PER_CART, description=f"one of {', '.join(ORCHESTRATIONS)}"
    )
    flows: Flows = Field(
        {"cart_recovery": FlowChoice(), "double_opt_in": FlowChoice()}, description=FLOW_WORDS
    )

    @field_validator("silence")
    @classmethod
    def _in_range(cls, silence: timedelta | None) -> timedelta | None:
        if silence is not None and not timedelta(minutes=5) <= silence <= timedelta(days=1):
            raise ValueError
        return silence

    @field_validator("touches")
    @classmethod
    def _in_order(cls, touches: tuple[TouchSettings, ...] | None) -> tuple[TouchSettings, ...] | None:
        if touches is None:
            return None
        spans = [touch.after for touch in touches]
        names = {touch.name for touch in touches}
        if not 1 <= len(touches) <= MOST_MESSAGES or len(names) < len(touches) or spans != sorted(set(spans)):
            raise ValueError
        return touches


class ShopSettings(Part):
    """One shop at one version. ``version`` 0 means: not kept yet."""

    shop: Slug = Field(description="2 to 40 small letters, digits and hyphens, not beginning with a hyphen")
    platform: Word = Field(description="the name of a shop adapter, such as shopify or generic")
    name: Text = Field(description="1 to 120 characters on one line")
    url: Url = Field(description=URL_WORDS)
    domains: tuple[Host, ...] = Field(
        (), max_length=20, description="host names without scheme, port and path; empty takes the host of url"
    )
    sources: tuple[Source, ...] = Field(
        (),
        max_length=20,
        description="further names under which its events come: host names, a *.myshopify.com name, a shop's number "
        "or id, a company's GUID, acct_…",
    )
    sender: Sender = Field(description="name and address")
    senders: Senders = Field({}, description=f"by channel ({', '.join(SENDERS)}), {SIGN_WORDS}")
    country_senders: CountrySenders = Field(
        {}, description=f"for SMS, by country ({COUNTRY_WORDS}), {SIGN_WORDS}"
    )
    providers: Providers = Field({}, description=PROVIDER_WORDS)
    reply_to: Mail | None = Field(None, description="an e-mail address, or null")
    imprint: tuple[Text, ...] = Field(
        min_length=2, max_length=12, description="2 to 12 lines: at least the name and the postal address"
    )
    time_zone: Zone = Field(
        "Europe/Berlin", description="a name of the IANA time zone database, such as Europe/Berlin"
    )
    languages: tuple[Annotated[str, one_of(*LANGUAGES)], ...] = Field(
        LANGUAGES,
        min_length=1,
        description=f"one or more of {', '.join(LANGUAGES)}, each once, the default first",
    )
    form_of_address: Annotated[str, one_of(SIE, DU)] = Field(
        SIE, description=f"{SIE} or {DU}: how it speaks German"
    )
    brand: BrandSettings = Field(BrandSettings(), description=f"{', '.join(BrandSettings.model_fields)}")
    links: Links = Field(
        Links(), description="support_url, returns_url, shipping_url, privacy_url and imprint_url"
    )
    price_note: PriceNote = Field(PriceNote(), description="de and en")
    prices: Annotated[str, one_of(*PRICES)] = Field(AS_TOLD, description=f"one of {', '.join(PRICES)}")
    rules: PolicySettings = Field(
        PolicySettings(), alias="policy", description="preset and what differs from it"
    )
    only_reminders: bool = Field(False, description="true or false")
    version: int = Field(0, ge=0, description="a whole number; written by Cartback")
    changed_at: AwareDatetime | None = Field(None, description="an instant; written by Cartback")
    changed_by: Text | None = Field(None, description="who changed it; written by Cartback")
    switched_on: dict[Word, AwareDatetime] = Field(
        {}, description="instants by the flows that are on; written by Cartback"
    )

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(languages)) < len(languages):
            raise ValueError
        return languages

    @classmethod
    def parse(cls, document: Mapping[str, object]) -> Self:
        """Read a document. Raises Refused with one line per wrong field."""
        return cls._read(document, kept=False)

    @classmethod
    def kept(cls, document: Mapping[str, object]) -> Self:
        """Read a document that was accepted by some version of Cartback, be it an earlier and laxer one."""
        return cls._read(document, kept=True)

    @classmethod
    def _read(cls, document: Mapping[str, object], *, kept: bool) -> Self:
        try:
            named = renamed(document, kept=kept) if isinstance(document, Mapping) else document
            return cls.model_validate_json(json.dumps(named))
        except ValidationError as error:
            raise Refused("\n".join(explain(error, cls))) from None
        except (TypeError, ValueError) as error:
            raise Refused(f"the settings are no JSON document: {error}") from None

    def as_document(self) -> dict[str, Any]:
        """The whole record, defaults included, as ``parse`` reads it."""
        return self.model_dump(mode="json", by_alias=True)

    def stamped(
        self, version: int, at: datetime, by: str, switched_on: Mapping[str, datetime] | None = None
    ) -> Self:
        """This record as a given version, changed at an instant by somebody; and since when its flows are on."""
        stamps = {"version": version, "changed_at": at.isoformat(), "changed_by": by}
        document = {**self.as_document(), **stamps}
        if switched_on is not None:
            document["switched_on"] = {name: since.isoformat() for name, since in switched_on.items()}
        return self.parse(document)

    def restore_hosts(self) -> tuple[str, ...]:
        """The hosts that a restore link may lead to."""
        return self.domains or (urlsplit(self.url).hostname or "",)

    def policy(self) -> Policy:
        """The rules as the domain reads them. A cadence of the shop's own still counts as its preset counts."""
        rules, preset = self.rules, PRESETS[self.rules.preset]
        quiet, caps = rules.quiet_hours, rules.caps
        own = (
            None if rules.touches is None else tuple(Touch(t.name, t.after, t.channel) for t in rules.touches)
        )
        return Policy(
            version=self.version,
            flows=frozenset(name for name, choice in rules.flows.items() if choice.on),
            touches=own or preset.touches,
            silence=preset.silence if rules.silence is None else rules.silence,
            since=preset.since,
            time_zone=self.time_zone,
            quiet=None
            if quiet is None
            else QuietHours(time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)),
            caps=Caps(caps.per_day, caps.per_week, caps.per_month, timedelta(hours=caps.min_gap_hours)),
            accepted_bases=frozenset(rules.accepted_bases),
            pack=rules.pack,
            rest_after_purchase=timedelta(hours=rules.rest_after_purchase_hours),
            give_up_after=timedelta(days=rules.give_up_after_days),
            silent_after=timedelta(days=rules.silent_after_days),
            lapse_after=timedelta(days=rules.lapse_days),
            expects=frozenset(rules.expects),
            ladder=rules.ladder,
            margin_percent=rules.margin_percent,
            message_share_percent=rules.message_share_percent,
            warm_up=WarmUp(rules.warm_up.start, rules.warm_up.first_day) if rules.warm_up else None,
            link_lifetime=timedelta(days=rules.link_days),
            ask_shop=rules.ask_shop,
            orchestration=rules.orchestration,
            crowd=rules.crowd.crowd(),
            one_visit=timedelta(days=rules.one_visit_days),
            reckoning=rules.origins.reckoning(),
            options={name: choice.options for name, choice in rules.flows.items() if choice.options},
            flows_since={name: since for name, since in self.switched_on.items() if name in rules.flows},
        )
