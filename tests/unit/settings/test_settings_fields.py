"""What a document of settings may hold: every field has its wrong values, and each is named."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from cartback.domain.errors import Refused
from cartback.domain.shop.presets import PRESETS
from cartback.domain.shop.setting_faults import fields
from cartback.domain.shop.setting_kinds import span_words
from cartback.domain.shop.settings import ShopSettings
from tests.unit.settings.shop import DOCUMENT, document

GUIDE = Path(__file__).parents[3] / "docs" / "settings.md"
TOUCH = {"name": "reminder", "after": "1h"}
LOGO = {"url": "https://lampen.example/l.png"}
LINK = {"url": "https://lampen.example/neu", "de": "Neu"}
WRONG = [
    ("shop", "Lamp Shop"),
    ("shop", "-lamps"),
    ("shop", "x"),
    ("shop", "l" * 41),
    ("shop", "lamps\n"),
    ("platform", "../shopify"),
    ("name", ""),
    ("name", "   "),
    ("name", "Lamps\r\nBcc: everybody@lampen.example"),
    ("name", 5),
    ("name", "l" * 121),
    ("url", "http://lampen.example"),
    ("url", "https://user@lampen.example"),
    ("url", "https://lampen.example/#a"),
    ("url", "javascript:alert(1)"),
    ("url", "lampen.example"),
    ("domains", "lampen.example"),
    ("domains[0]", ["https://lampen.example"]),
    ("domains[0]", ["lampen.example/checkout"]),
    ("domains[1]", ["lampen.example", "lampen.example:8443"]),
    ("domains[0]", ["lampen"]),
    ("domains[0]", ["*.lampen.example"]),
    ("sources", "lampen.example"),
    ("sources[0]", ["https://lampen.example"]),
    ("sources[0]", ["acct_1;"]),
    ("sender", "hallo@lampen.example"),
    ("sender.name", {"name": "", "address": "a@lampen.example"}),
    ("sender.address", {"name": "L", "address": "lampen.example"}),
    ("sender.address", {"name": "L", "address": "a@lampen.example\nBcc: b@lampen.example"}),
    ("sender.address", {"name": "L"}),
    ("senders", "Lampen"),
    ("senders.email", {"email": "hallo@lampen.example"}),
    ("senders.sms", {"sms": "Lampenladen Köln"}),
    ("senders.sms", {"sms": "123456"}),
    ("senders.sms", {"sms": "Lampenladen1"}),
    ("senders.whatsapp", {"whatsapp": "0170 1234567"}),
    ("senders.sms", {"sms": "pool-"}),
    ("country_senders", "Lampen"),
    ("country_senders.usa", {"usa": "Lampen"}),
    ("country_senders.US", {"US": "123456"}),
    ("providers", "twilio"),
    ("providers", {"sms": "pigeon"}),
    ("providers", {"email": "aws"}),
    ("reply_to", "nobody"),
    ("imprint", ["Lampenladen GmbH"]),
    ("imprint", "Lampenladen GmbH, Lichtweg 3"),
    ("imprint[1]", ["Lampenladen GmbH", ""]),
    ("time_zone", "Europe/Cologne"),
    ("time_zone", "Europe"),
    ("time_zone", "../etc/passwd"),
    ("time_zone", ""),
    ("form_of_address", "Sie"),
    ("form_of_address", "ihr"),
    ("form_of_address", None),
    ("languages", []),
    ("languages", "de"),
    ("languages", ["de", "de"]),
    ("languages[0]", ["fr"]),
    ("brand", "green"),
    ("brand.accent", {"accent": "green"}),
    ("brand.accent", {"accent": "#1a5d4a;background:url(x)"}),
    ("brand.on_accent", {"accent": "#ffd400", "on_accent": "#ffffff"}),
    ("brand.ground", {"ground": "#101413"}),
    ("brand.font", {"font": "Comic Sans"}),
    ("brand.radius", {"radius": 25}),
    ("brand.colour", {"colour": "#000000"}),
    ("brand.logo", {"logo": "https://lampen.example/l.png"}),
    ("brand.logo.url", {"logo": {"url": "http://lampen.example/l.png"}}),
    ("brand.logo.url", {"logo": {"url": "https://lampen.example/l.svg"}}),
    ("brand.logo.url", {"logo": {"url": "https://lampen.example/l.webp?v=1.png"}}),
    ("brand.logo.url", {"logo": {"url": "https://lampen.example/logo"}}),
    ("brand.logo.height", {"logo": {**LOGO, "height": 11}}),
    ("brand.logo.width", {"logo": {**LOGO, "width": 301}}),
    ("brand.logo.alt", {"logo": {**LOGO, "alt": ""}}),
    ("brand.logo.colour", {"logo": {**LOGO, "colour": "white"}}),
    ("brand.logo.ground", {"logo": {**LOGO, "colour": "#eeeeee"}}),
    ("brand.logo.ground", {"logo": {**LOGO, "ground": "none"}}),
    ("brand.logo_dark", {"logo_dark": {"url": LOGO["url"]}}),
    ("brand.logo_dark.url", {"logo": LOGO, "logo_dark": {"url": "https://lampen.example/l.svg"}}),
    ("brand.logo_dark.colour", {"logo": LOGO, "logo_dark": {**LOGO, "colour": "#222222"}}),
    ("brand.header", {"header": [LINK] * 4}),
    ("brand.header[0].url", {"header": [{**LINK, "url": "javascript:alert(1)"}]}),
    ("brand.header[0].de", {"header": [{**LINK, "de": "x" * 41}]}),
    ("brand.header[0].en", {"header": [{"url": LINK["url"]}]}),
    ("brand.footer", {"footer": [LINK] * 7}),
    ("brand.footer[0].url", {"footer": [{**LINK, "url": "//lampen.example"}]}),
    ("brand.footer[1].de", {"footer": [LINK, {**LINK, "de": ""}]}),
    ("brand.footer[0].en", {"footer": [{**LINK, "en": "a\nb"}]}),
    ("brand.social", {"social": "https://instagram.com/lampen"}),
    ("brand.social.myspace", {"social": {"myspace": "https://myspace.com/lampen"}}),
    ("brand.social.x", {"social": {"x": "@lampen"}}),
    ("brand.trust", {"trust": [{"name": "Geprüft"}] * 5}),
    ("brand.trust[0].name", {"trust": [{"name": ""}]}),
    ("brand.trust[0].picture", {"trust": [{"name": "Geprüft", "picture": "seal.png"}]}),
    (
        "brand.trust[0].picture.url",
        {"trust": [{"name": "Geprüft", "picture": {"url": "https://l.example/s.svg"}}]},
    ),
    ("brand.trust[0].picture.height", {"trust": [{"name": "Geprüft", "picture": {**LOGO, "height": 121}}]}),
    ("brand.trust[0].picture.width", {"trust": [{"name": "Geprüft", "picture": {**LOGO, "width": 0}}]}),
    ("brand.trust[0].url", {"trust": [{"name": "Geprüft", "url": "ftp://l.example"}]}),
    ("brand.payment", {"payment": [{"name": "Rechnung"}] * 9}),
    ("brand.payment[0].name", {"payment": [{"name": "x" * 41}]}),
    ("brand.payment[0].picture", {"payment": [{"name": "Visa", "picture": []}]}),
    ("brand.payment[0].picture.url", {"payment": [{"name": "Visa", "picture": {"url": "visa.png"}}]}),
    ("brand.payment[0].picture.height", {"payment": [{"name": "Visa", "picture": {**LOGO, "height": "24"}}]}),
    ("brand.payment[0].picture.width", {"payment": [{"name": "Visa", "picture": {**LOGO, "width": 24.5}}]}),
    ("brand.payment[0].url", {"payment": [{"name": "Visa", "url": "visa"}]}),
    ("brand.phone", {"phone": "0221 123456"}),
    ("links.privacy_url", {"privacy_url": "datenschutz"}),
    ("links.imprint_url", {"imprint_url": "impressum"}),
    ("links.support_url", {"support_url": "mailto:hallo@lampen.example"}),
    ("links.returns_url", {"returns_url": 'https://lampen.example/"onload='}),
    ("links.shipping_url", {"shipping_url": "//lampen.example"}),
    ("price_note", "inkl. MwSt."),
    ("price_note.de", {"de": ""}),
    ("price_note.de", {"de": "inkl. MwSt.\r\nBcc: everybody@lampen.example"}),
    ("price_note.en", {"en": "x" * 121}),
    ("price_note.fr", {"fr": "TVA comprise"}),
    ("prices", "cheap"),
    ("only_reminders", "perhaps"),
    ("policy", "standard"),
    ("policy.preset", {"preset": "wild"}),
    ("policy.silence", {"silence": 4}),
    ("policy.silence", {"silence": 1441}),
    ("policy.silence", {"silence": True}),
    ("policy.silence", {"silence": 30.5}),
    ("policy.silence", {"silence": "half an hour"}),
    ("policy.touches", {"touches": []}),
    ("policy.touches", {"touches": [TOUCH, {**TOUCH, "after": "2h"}]}),
    ("policy.touches", {"touches": [{**TOUCH, "after": "2h"}, {"name": "answers", "after": "2h"}]}),
    ("policy.touches", {"touches": [{"name": f"t{hour}", "after": f"{hour}h"} for hour in range(1, 5)]}),
    ("policy.touches[0].name", {"touches": [{**TOUCH, "name": "../../etc"}]}),
    ("policy.touches[0].after", {"touches": [{**TOUCH, "after": "1 hour"}]}),
    ("policy.touches[0].after", {"touches": [{**TOUCH, "after": "31d"}]}),
    ("policy.touches[0].after", {"touches": [{**TOUCH, "after": "-1h"}]}),
    ("policy.touches[0].channel", {"touches": [{**TOUCH, "channel": "pigeon"}]}),
    ("policy.ladder[0]", {"ladder": ["pigeon"]}),
    ("policy.ladder", {"ladder": ["sms", "email", "sms"]}),
    ("policy.margin_percent", {"margin_percent": 0}),
    ("policy.message_share_percent", {"message_share_percent": 51}),
    ("policy.caps.per_day", {"caps": {"per_day": -1}}),
    ("policy.caps.per_week", {"caps": {"per_day": 3, "per_week": 2}}),
    ("policy.caps.per_week", {"caps": {"per_day": 5}}),
    ("policy.caps.per_month", {"caps": {"per_month": 3}}),
    ("policy.caps.min_gap_hours", {"caps": {"min_gap_hours": 1.5}}),
    ("policy.quiet_hours.start", {"quiet_hours": {"start": "9pm"}}),
    ("policy.quiet_hours.start", {"quiet_hours": {"start": 1260}}),
    ("policy.quiet_hours.end", {"quiet_hours": {"end": "24:00"}}),
    ("policy.quiet_hours.end", {"quiet_hours": {"start": "08:00"}}),
    ("policy.pack", {"pack": "wild_west"}),
    ("policy.accepted_bases", {"accepted_bases": []}),
    ("policy.accepted_bases[0]", {"accepted_bases": ["hope"]}),
    ("policy.rest_after_purchase_hours", {"rest_after_purchase_hours": -1}),
    ("policy.one_visit_days", {"one_visit_days": 31}),
    ("policy.origins.shopper", {"origins": {"shopper": ["x"] * 21}}),
    ("policy.origins.staff", {"origins": {"shopper": ["rest-api"], "staff": ["REST-API"]}}),
    ("policy.origins.renewal", {"origins": {"staff": ["pos"], "renewal": ["pos"]}}),
    ("policy.origins.bought_methods[0]", {"origins": {"bought_methods": [""]}}),
    ("policy.origins.bought_statuses", {"origins": {"bought_statuses": "pending"}}),
    ("policy.give_up_after_days", {"give_up_after_days": 0}),
    ("policy.silent_after_days", {"silent_after_days": 7}),
    ("policy.lapse_days", {"lapse_days": 13}),
    ("policy.expects[0]", {"expects": ["cart.abandoned"]}),
    ("policy.warm_up", {"warm_up": 50}),
    ("policy.warm_up.start", {"warm_up": {"start": "soon"}}),
    ("policy.warm_up.first_day", {"warm_up": {"start": "2026-09-01", "first_day": 0}}),
    ("policy.link_days", {"link_days": 366}),
    ("policy.crowd", {"crowd": 100}),
    ("policy.crowd.lines", {"crowd": {"lines": 0}}),
    ("policy.crowd.of_one", {"crowd": {"of_one": 0}}),
    ("policy.crowd.pieces", {"crowd": {"pieces": 1_000_001}}),
    ("policy.crowd.worth", {"crowd": {"worth": -1}}),
    ("policy.ask_shop", {"ask_shop": "yes"}),
    ("policy.orchestration", {"orchestration": "by_hand"}),
    ("policy.flows.cart_recovery", {"flows": {"cart_recovery": "yes"}}),
    ("policy.flows.Cart Recovery", {"flows": {"Cart Recovery": True}}),
    ("policy.flows.cart_recovery", {"flows": {"cart_recovery": {"on": "yes"}}}),
    ("policy.flows.cart_recovery", {"flows": {"cart_recovery": None}}),
    ("policy.flows.cart_recovery", {"flows": {"cart_recovery": {"a": {"b": 1}}}}),
    ("policy.flows.cart_recovery", {"flows": {"cart_recovery": {"a": [1.5]}}}),
    ("policy.flows.Cart Recovery", {"flows": ["Cart Recovery"]}),
    ("policy.flows", {"flows": "cart_recovery"}),
    ("policy.flows", {"flows": [1]}),
    ("switched_on.cart_recovery", {"cart_recovery": "yesterday"}),
    ("switched_on", "cart_recovery"),
    ("version", -1),
    ("version", "7"),
    ("changed_at", "2026-03-01T09:00:00"),
    ("changed_by", ""),
    ("secret", "must-never-be-here"),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{path}={value!r:.40}" for path, value in WRONG])
def test_a_wrong_value_is_refused_in_one_line_that_names_the_field(path: str, value: object) -> None:
    top = re.split(r"[.\[]", path)[0]
    with pytest.raises(Refused) as refused:
        ShopSettings.parse(document(**{top: value}))
    lines = refused.value.reason.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}: ")


def test_every_field_has_a_wrong_value_in_this_table() -> None:
    tried = {re.sub(r"\[[0-9]+\]", "[]", path) for path, _ in WRONG}
    missing = {
        path
        for path, _ in fields(ShopSettings)
        if not any(t == path or t.startswith(f"{path}[") for t in tried)
    }
    assert missing == {"links", "policy.caps", "policy.quiet_hours", "policy.origins"}
    assert all(any(t.startswith(f"{path}.") for t in tried) for path in missing)


def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        ShopSettings.parse(document(url="ftp://x", languages=["fr"], policy={"preset": "wild"}))
    assert [line.split(":")[0] for line in refused.value.reason.splitlines()] == [
        "url",
        "languages[0]",
        "policy.preset",
    ]


def test_an_unknown_field_is_never_quoted_with_its_value() -> None:
    with pytest.raises(Refused) as refused:
        ShopSettings.parse(document(secret="shpss_0123456789"))
    assert "shpss" not in refused.value.reason


@pytest.mark.parametrize("field", list(DOCUMENT))
def test_what_has_no_default_must_be_there(field: str) -> None:
    there = {key: value for key, value in DOCUMENT.items() if key != field}
    with pytest.raises(Refused, match=f"^{field}: is missing; allowed: "):
        ShopSettings.parse(there)


@pytest.mark.parametrize("nothing", [{}, [], None, "shop", {"shop": object()}, {"policy": {1: float("nan")}}])
def test_what_is_no_document_is_refused_and_not_a_bug(nothing: object) -> None:
    with pytest.raises(Refused):
        ShopSettings.parse(nothing)


def test_plain_http_is_for_this_machine_only() -> None:
    for url in (
        "http://localhost:8080",
        "http://127.0.0.1:9000/shop",
        "http://[::1]/",
        "http://demo.localhost",
    ):
        assert ShopSettings.parse(document(url=url)).url == url


def test_restore_links_may_lead_to_the_shop_itself_unless_it_says_more() -> None:
    assert ShopSettings.parse(document()).restore_hosts() == ("lampen.example",)
    named = ShopSettings.parse(document(domains=["Kasse.lampen.example", "lampen.myshopify.com"]))
    assert named.restore_hosts() == ("kasse.lampen.example", "lampen.myshopify.com")


def test_addresses_are_kept_in_their_normal_form() -> None:
    assert ShopSettings.parse(document()).sender.address == "hallo@lampen.example"


@pytest.mark.parametrize(
    ("written", "minutes"), [(45, 45), ("45m", 45), ("1h", 60), ("24h", 1440), ("1d", 1440)]
)
def test_a_span_is_minutes_or_a_short_text(written: object, minutes: int) -> None:
    settings = ShopSettings.parse(document(policy={"silence": written}))
    assert settings.policy().silence == timedelta(minutes=minutes)


def test_settings_cannot_be_changed_in_passing() -> None:
    settings = ShopSettings.parse(document())
    with pytest.raises(ValueError, match="frozen"):
        settings.name = "Other"


def test_the_guide_names_every_field_and_what_is_allowed_there() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    rows = {
        row[0].strip(" `"): row
        for row in (line.strip("|").split("|") for line in guide.splitlines() if line[:1] == "|")
    }
    for path, allowed in fields(ShopSettings):
        assert path in rows, f"{path} is not in docs/settings.md"
        assert allowed in rows[path][-1].replace("`", ""), (
            f"docs/settings.md says something else about {path}"
        )


def test_the_example_of_the_guide_is_a_shop_and_its_defaults_are_true() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", guide, re.DOTALL)
    assert example is not None
    assert ShopSettings.parse(json.loads(example.group(1))).policy().touches == PRESETS["gentle"].touches
    plain = ShopSettings.parse(document()).as_document()
    for line in guide.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4 and cells[1].startswith("`"):
            value: object = plain
            for step in cells[0].strip("`").split("."):
                value = value[step] if isinstance(value, dict) else None
            assert json.loads(cells[1].strip("`")) == value, cells[0]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_guide_tells_every_preset_truly(preset: str) -> None:
    row = next(
        line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{preset}` |")
    )
    for touch in PRESETS[preset].touches:
        assert f"{touch.name} after {span_words(touch.after)}" in row
