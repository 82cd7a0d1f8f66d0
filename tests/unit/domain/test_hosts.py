"""Which hosts are a shop's own: for its links, and for what says where it comes from."""

from __future__ import annotations

import pytest

from cartback.domain.shop.hosts import host_of, is_own, leads_home
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.shop.weblink import in_ascii, is_of, web_link
from cartback.usecases.messaging.open_link import allowed
from tests.fakes.world import a_face
from tests.unit.settings.shop import document

OWN = ("laden.example", "laden.myshopify.com")


@pytest.mark.parametrize(
    ("said", "host"),
    [
        ("https://WWW.Laden.Example:443/kasse?x=1", "www.laden.example"),
        ("laden.example.", "laden.example"),
        ("laden.example:8443", "laden.example"),
        ("https://möbelhaus.example/", "xn--mbelhaus-n4a.example"),
        ("xn--mbelhaus-n4a.example", "xn--mbelhaus-n4a.example"),
        ("https://straße.example/", "xn--strae-oqa.example"),
        ("https://user@laden.example/", "laden.example"),
        ("https://evil.example%2f.laden.example/", None),
        ("https://laden_1.example/", None),
        ("https:///kasse", None),
        ("", None),
        (None, None),
        (7, None),
        ("a" * 300 + ".example", None),
        ("https://[::1", None),
    ],
)
def test_a_host_has_one_spelling(said, host):
    assert host_of(said) == host


@pytest.mark.parametrize(
    "host",
    ["laden.example", "www.laden.example", "fr.laden.example", "en-gb.laden.example", "laden.myshopify.com"],
)
def test_apex_www_and_languages_of_an_own_host_are_the_shop(host):
    assert is_own(host, OWN)
    assert is_own(host, ("www.laden.example", "laden.myshopify.com"))
    assert leads_home(host, OWN)


@pytest.mark.parametrize(
    "host",
    [
        "staging.laden.example",
        "dev.laden.example",
        "qa.laden.example",
        "kasse.laden.example",
        "meinladen.example",
    ],
)
def test_another_host_below_is_another_shop_until_it_is_named(host):
    assert not is_own(host, OWN)
    assert is_own(host, (*OWN, host.upper()))


@pytest.mark.parametrize(
    "host", ["kasse.laden.example", "checkout.eu.laden.example", "a.laden.myshopify.com"]
)
def test_a_link_may_lead_below_an_own_host(host):
    assert leads_home(host, OWN)
    assert leads_home(host, ("www.laden.example", "laden.myshopify.com"))


@pytest.mark.parametrize(
    "host",
    [
        "staging.laden.example",
        "test2.laden.example",
        "www.dev-3.laden.example",
        "meinladen.example",
        "example",
    ],
)
def test_no_link_leads_to_a_copy_or_elsewhere(host):
    assert not leads_home(host, OWN)
    assert leads_home(host, (*OWN, host))


@pytest.mark.parametrize(
    ("url", "domains", "link"),
    [
        ("https://www.laden.example", ("www.laden.example",), "https://laden.example/kasse"),
        ("https://laden.example", ("laden.example",), "https://www.laden.example/kasse"),
        ("https://laden.example", ("kasse.example",), "https://laden.example/kasse"),
        ("https://laden.example", ("laden.example",), "https://LADEN.example:443/kasse"),
        ("https://xn--mbelhaus-n4a.example", (), "https://xn--mbelhaus-n4a.example/kasse"),
    ],
)
def test_the_way_back_is_the_same_with_and_without_www_and_to_the_host_of_the_front_door(url, domains, link):
    assert allowed(link, a_face(url=url, domains=domains)) == link
    assert is_of("https://" + link.split("/")[2], (*domains, url))


@pytest.mark.parametrize(
    "sign", ["%2f", "%23", "%3f", "%5c", "*", "&", "_", "!", "$", "'", "(", ";", "=", "~"]
)
def test_a_host_is_letters_digits_hyphens_and_dots(sign):
    link = f"https://evil.example{sign}.laden.example/kasse"
    assert web_link(link) is None
    assert (
        allowed(link, a_face(url="https://laden.example", domains=("laden.example",)))
        == "https://laden.example"
    )


def test_a_link_with_letters_beyond_ascii_is_kept_as_a_browser_sends_it():
    assert (
        in_ascii("https://möbelhaus.example/kasse/ö?größe=3&t=a%20b")
        == "https://xn--mbelhaus-n4a.example/kasse/%C3%B6?gr%C3%B6%C3%9Fe=3&t=a%20b"
    )
    assert in_ascii("https://a@möbel.example/") == "https://a@möbel.example/"


def test_settings_take_a_name_with_letters_beyond_ascii_and_keep_it_as_it_is_registered():
    settings = ShopSettings.parse(document(url="https://möbelhaus.example/", domains=["Möbelhaus.example"]))
    assert settings.url == "https://xn--mbelhaus-n4a.example/"
    assert settings.domains == ("xn--mbelhaus-n4a.example",)
