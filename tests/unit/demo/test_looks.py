"""The demo's shops: one front, and a look for each that settings take."""

import re
import struct

import pytest

from cartback.domain.shop.settings import ShopSettings
from local.demo import looks, shop
from local.demo.assortment import PLENTY
from local.demo.front import Front
from local.demo.platforms import Ground, open_all

URL = "http://127.0.0.1:8482"
SHOPS = sorted(each.shop for each in open_all(Ground(None, None, URL, URL, URL)).values())


def test_every_shop_has_a_look_and_every_look_a_shop():
    assert sorted(looks.LOOKS) == SHOPS


def test_six_shops_look_like_six():
    brands = [ShopSettings.parse(shop.document(URL, each)).brand.brand() for each in SHOPS]
    for trait in ("accent", "ground", "font", "radius"):
        assert len({getattr(brand, trait) for brand in brands}) == len(SHOPS), trait
    assert len({looks.picture(f"/logos/{each}.day.png") for each in SHOPS}) == len(SHOPS)


@pytest.mark.parametrize("name", SHOPS)
def test_the_front_shows_the_logos_that_the_settings_name_in_twice_their_size(name):
    brand = ShopSettings.parse(shop.document(URL, name)).brand.brand()
    links = [brand.logo.picture.url, *([brand.logo_dark] if brand.logo_dark else [])]
    for link in links:
        answer = Front().answer(link.removeprefix(URL))
        width, height = struct.unpack(">II", answer.body[16:24])
        assert dict(answer.headers)["Content-Type"] == "image/png"
        assert (width // 2, height // 2) == (brand.logo.picture.width, brand.logo.picture.height)


@pytest.mark.parametrize(
    "path", ["/logos/nobody.day.png", "/logos/demo.noon.png", "/logos/demo-shopware.night.png"]
)
def test_a_logo_that_nobody_has_is_not_there(path):
    assert looks.picture(path) is None


def test_six_shops_look_like_six_on_their_fronts():
    fronts = {
        shop: Front({"c1": ((PLENTY[0], 1),)})
        .answer(f"/{shop}/" if shop in looks.FOLDERS else "/")
        .body.decode()
        for shop in looks.LOOKS
    }
    for part in (r"<style>.*?</style>", r"<title>.*?</title>", r"<h1>.*?</h1>", r'src="/logos/[^"]+"'):
        assert len({re.search(part, page)[0] for page in fronts.values()}) == len(looks.LOOKS), part


@pytest.mark.parametrize("shop", sorted(looks.LOOKS))
def test_a_cart_is_found_again_at_its_own_shop_which_speaks_as_its_mails_do(shop):
    folder = f"/{shop}" if shop in looks.FOLDERS else ""
    page = Front({"c1": ((PLENTY[0], 1),)}).answer(f"{folder}/checkouts/c1/recover?lang=de")
    assert page.status == 200
    assert ("Dein Warenkorb" in page.body.decode()) is (looks.LOOKS[shop].form_of_address == "du")
    assert Front().answer(f"{folder}/logos/{shop}.day.png").body == looks.picture(f"/logos/{shop}.day.png")
    assert Front().answer(f"{folder}/nothing").status == 404
