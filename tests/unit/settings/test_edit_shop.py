"""What an operator may do to a shop, and what happens if two do it at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartback import shops
from cartback.domain.errors import Conflict, Refused
from cartback.flows import all_flows
from cartback.ports import KeptSettings
from cartback.usecases.shop.edit_shop import EditShop, Known
from tests.fakes.senders import generic_headers
from tests.unit.settings.shop import KNOWN, START, BookInMemory, KeysInMemory, Ticking, desk, document

OLD, NEW, NEWEST = ("shpss_" + letter * 32 for letter in "abc")


def test_a_shop_starts_at_version_one_and_says_who_made_it() -> None:
    shop = desk().add(document(), "anna")
    assert (shop.version, shop.changed_by) == (1, "anna")
    assert shop.changed_at is not None
    assert shop.changed_at > START


def test_a_shop_cannot_be_added_twice() -> None:
    edit = desk()
    edit.add(document(), "anna")
    with pytest.raises(Refused, match=r"^shop: lamp-shop exists already"):
        edit.add(document(name="Other"), "ben")
    assert edit.show("lamp-shop").name == "Lampenladen"


def test_one_field_is_changed_by_its_path_and_the_others_stay() -> None:
    edit = desk()
    edit.add(document(), "anna")
    shop = edit.edit("lamp-shop", {"policy.preset": "gentle", "sender.name": "Lampen"}, "ben")
    assert (shop.version, shop.rules.preset, shop.sender.name) == (2, "gentle", "Lampen")
    assert shop.sender.address == "hallo@lampen.example"


def test_the_versions_before_are_kept() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.edit("lamp-shop", {"name": "Second"}, "ben")
    edit.edit("lamp-shop", {"name": "Third"}, "cleo")
    assert [edit.show("lamp-shop", version).name for version in (1, 2, 3)] == [
        "Lampenladen",
        "Second",
        "Third",
    ]
    assert [edit.show("lamp-shop", version).changed_by for version in (1, 2, 3)] == ["anna", "ben", "cleo"]


def test_a_change_that_changes_nothing_makes_no_version() -> None:
    edit = desk()
    edit.add(document(), "anna")
    assert edit.edit("lamp-shop", {"policy.preset": "standard"}, "ben").version == 1


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("policy.preset", "wild", "policy.preset"),
        ("policy.presett", "gentle", "policy.presett"),
        ("policee.preset", "gentle", "policee"),
        ("name.first", "x", "name"),
        ("imprint.9", "x", "imprint.9"),
        ("platform", "shopware", "platform"),
        ("policy.flows.win_back", True, "policy.flows.win_back"),
        ("policy.touches", [{"name": "poem", "after": "1h"}], "policy.touches[0].name"),
        ("shop", "other-shop", "shop"),
    ],
)
def test_a_wrong_change_is_refused_by_its_field_and_nothing_is_kept(
    path: str, value: object, named: str
) -> None:
    edit = desk()
    edit.add(document(), "anna")
    with pytest.raises(Refused) as refused:
        edit.edit("lamp-shop", {path: value}, "ben")
    assert refused.value.reason.startswith(f"{named}: ")
    assert edit.show("lamp-shop").version == 1


def test_an_element_of_a_list_can_be_changed_by_its_place() -> None:
    edit = desk()
    edit.add(document(), "anna")
    assert (
        edit.edit("lamp-shop", {"imprint.1": "Neuer Weg 1, 50667 Köln"}, "ben").imprint[1].startswith("Neuer")
    )


def test_quiet_hours_that_were_off_come_back_by_naming_one_of_them() -> None:
    edit = desk()
    edit.add(document(policy={"quiet_hours": None}), "anna")
    quiet = edit.edit("lamp-shop", {"policy.quiet_hours.start": "22:00"}, "ben").rules.quiet_hours
    assert quiet is not None
    assert (quiet.start, quiet.end) == ("22:00", "08:00")


def test_a_document_of_an_older_version_does_not_overwrite_a_newer_one() -> None:
    edit = desk()
    mine = edit.add(document(), "anna").as_document()
    edit.edit("lamp-shop", {"name": "Quicker"}, "ben")
    with pytest.raises(Conflict, match="is at version 2"):
        edit.replace("lamp-shop", {**mine, "name": "Slower"}, "anna")
    assert edit.show("lamp-shop").name == "Quicker"


class OvertakenBook(BookInMemory):
    """Somebody else writes between the reading and the writing."""

    def put(self, kept: KeptSettings) -> None:
        if kept.settings.version == 2:
            other = kept.settings.model_copy(update={"name": "Quicker"})
            super().put(KeptSettings(other))
        super().put(kept)


def test_of_two_edits_at_once_one_wins_and_the_other_is_told() -> None:
    edit = desk()
    edit = EditShop(OvertakenBook(), edit.keys, edit.clock, edit.known)
    edit.add(document(), "anna")
    with pytest.raises(Conflict, match="changed by somebody else"):
        edit.edit("lamp-shop", {"name": "Slower"}, "anna")
    assert edit.show("lamp-shop").name == "Quicker"


def test_a_preset_without_its_texts_is_refused() -> None:
    known = Known(
        frozenset({"shopify"}),
        {card.name: card for card in all_flows()},
        {"mail": {"reminder": frozenset({"de"})}},
        shops.check_secret,
        frozenset({"email"}),
    )
    edit = EditShop(BookInMemory(), KeysInMemory(), Ticking(), known)
    with pytest.raises(Refused, match=r"^policy.preset: 'reminder' has no text in en"):
        edit.add(document(policy={"preset": "simple"}), "anna")
    assert edit.add(document(policy={"preset": "simple"}, languages=["de"]), "anna").version == 1


def test_a_removed_shop_is_gone_with_its_secret_and_its_versions_stay() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.set_secret("lamp-shop", OLD)
    edit.remove("lamp-shop", "ben")
    assert edit.shops() == []
    assert edit.keys.read("lamp-shop") is None
    assert edit.show("lamp-shop", 1).changed_by == "anna"
    with pytest.raises(Refused, match=r"^shop: lamp-shop is not known"):
        edit.show("lamp-shop")


def test_a_shop_that_comes_back_goes_on_counting() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.remove("lamp-shop", "anna")
    assert edit.add(document(name="Again"), "anna").version == 3
    assert edit.show("lamp-shop", 1).name == "Lampenladen"


def test_both_secrets_count_while_one_is_rotated() -> None:
    edit = desk()
    edit.add(document(), "anna")
    assert edit.set_secret("lamp-shop", OLD) == 1
    assert edit.set_secret("lamp-shop", NEW) == 2
    assert edit.keys.read("lamp-shop").secrets == (NEW, OLD)
    assert edit.retire("lamp-shop") == 1
    assert edit.keys.read("lamp-shop").secrets == (NEW,)


def test_retiring_keeps_what_was_agreed_with_the_platform_and_a_new_secret_forgets_it() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.set_secret("lamp-shop", OLD)
    edit.keys.write("lamp-shop", replace(edit.keys.read("lamp-shop"), agreed={"secret": "theirs"}))
    edit.retire("lamp-shop")
    assert edit.keys.read("lamp-shop").agreed == {"secret": "theirs"}
    edit.set_secret("lamp-shop", NEW)
    assert edit.keys.read("lamp-shop").agreed == {}


def test_a_third_secret_takes_the_place_of_the_first() -> None:
    edit = desk()
    edit.add(document(), "anna")
    for secret in (OLD, NEW, NEWEST, NEWEST):
        edit.set_secret("lamp-shop", f" {secret}\n")
    assert edit.keys.read("lamp-shop").secrets == (NEWEST, NEW)


@pytest.mark.parametrize("secret", ["", "short", "with a space in the middle", "ä" * 20, "x" * 501])
def test_a_secret_that_cannot_be_one_is_refused_and_not_repeated(secret: str) -> None:
    edit = desk()
    edit.add(document(), "anna")
    with pytest.raises(Refused, match=r"^secret: must be") as refused:
        edit.set_secret("lamp-shop", secret)
    assert not secret or secret not in refused.value.reason


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("shpss_" + "a" * 32, "must be base64"),
        ("whsec_" + "not/base64!" * 4, "must be base64"),
        ("whsec_" + "A" * 30, "is too short: 22 bytes once decoded, and it takes at least 24"),
        ("A" * 16, "is too short: 12 bytes"),
    ],
)
def test_a_secret_that_no_signature_of_our_own_scheme_could_match_is_refused(secret: str, says: str) -> None:
    edit = desk()
    edit.add(document(platform="generic"), "anna")
    with pytest.raises(Refused, match=f"^secret: {says}") as refused:
        edit.set_secret("lamp-shop", secret)
    assert secret not in refused.value.reason
    assert edit.secrets("lamp-shop") == 0


@pytest.mark.parametrize("secret", ["whsec_" + "A" * 32, "A" * 32, "whsec_" + "+/" * 22])
def test_whatever_is_taken_as_a_secret_of_our_own_scheme_can_sign(secret: str) -> None:
    edit = desk()
    edit.add(document(platform="generic"), "anna")
    assert edit.set_secret("lamp-shop", secret) == 1
    body = b'{"type": "shop.left"}'
    headers = generic_headers(body, secret, timestamp=START)
    assert shops.load("generic").verify(body, headers, (secret,), START)[0] == "shop.left"


def test_no_secret_is_kept_for_a_shop_that_is_not_there() -> None:
    edit = desk()
    for act in (lambda: edit.set_secret("lamp-shop", OLD), lambda: edit.retire("lamp-shop")):
        with pytest.raises(Refused, match=r"^shop: lamp-shop is not known"):
            act()
    edit.add(document(), "anna")
    with pytest.raises(Refused, match="has none yet"):
        edit.retire("lamp-shop")


def test_a_shop_that_moves_to_another_platform_takes_its_secrets_along() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.set_secret("lamp-shop", OLD)
    edit.edit("lamp-shop", {"platform": "generic"}, "anna")
    keys = edit.keys.read("lamp-shop")
    assert (keys.platform, keys.secrets) == ("generic", (OLD,))


def test_no_secret_ever_stands_in_the_settings() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.set_secret("lamp-shop", OLD)
    assert all(OLD not in str(kept.settings.as_document()) for kept in edit.book.versions.values())


def test_a_touch_on_a_channel_that_nobody_serves_is_refused_with_those_that_are() -> None:
    edit, touch = desk(), {"name": "reminder", "after": "1h", "channel": "sms"}
    with pytest.raises(
        Refused, match=r"^policy.touches\[0\].channel: sms is not served here; allowed: one of email$"
    ):
        edit.add(document(policy={"touches": [touch]}), "anna")
    assert edit.add(document(policy={"touches": [touch | {"channel": "email"}]}), "anna").version == 1
    assert (
        edit.edit("lamp-shop", {"policy.touches": None, "policy.preset": "multichannel"}, "anna").version == 2
    )


BY_SMS = {"touches": [{"name": "reminder", "after": "1h", "channel": "sms"}]}


def with_sms(*langs: str) -> EditShop:
    """The use case where a file serves SMS, and its texts are there in these languages."""
    texts = {**KNOWN.texts, "text": {"reminder": frozenset(langs)}}
    known = replace(KNOWN, channels=KNOWN.channels | {"sms"}, texts=texts)
    return EditShop(BookInMemory(), KeysInMemory(), Ticking(), known)


def test_a_channel_on_which_the_shop_is_nobody_yet_is_refused_with_what_would_do() -> None:
    edit = with_sms("de", "en")
    with pytest.raises(Refused, match=r"^senders.sms: is missing, and messages go by sms; allowed: a number"):
        edit.add(document(policy=BY_SMS), "anna")
    assert edit.add(document(policy=BY_SMS, senders={"sms": "Lampen"}), "anna").senders == {"sms": "Lampen"}


def test_a_preset_that_names_a_served_channel_writes_mails_where_the_shop_is_nobody_there() -> None:
    """So shops that chose it before there was the channel go on as they were."""
    kept = with_sms("de", "en").add(document(policy={"preset": "multichannel"}), "anna")
    assert kept.senders == {}


def test_a_touch_needs_a_text_of_the_kind_that_its_channel_carries() -> None:
    edit = with_sms("en")
    with pytest.raises(
        Refused, match=r"^policy.touches\[0\].name: 'reminder' has no text for sms \(text\) in de; "
    ):
        edit.add(document(policy=BY_SMS, senders={"sms": "Lampen"}), "anna")
