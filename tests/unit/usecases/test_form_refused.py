"""A form that was refused: whose it was, and where its page leads back to."""

import pytest

from tests.fakes.world import World


@pytest.mark.parametrize(
    ("page", "referer", "back"),
    [
        ("https://demo.example/form", "https://demo.example/", "https://demo.example/form"),
        ("https://evil.example/form", "https://demo.example/shoes", "https://demo.example/shoes"),
        ("javascript:alert(1)", "https://evil.example/", "https://demo.example/"),
        ("", None, "https://demo.example/"),
    ],
)
def test_whoever_is_refused_is_led_back_to_the_form_or_the_shop_and_nowhere_else(page, referer, back):
    subscribe = World().subscribe
    face, there = subscribe.whose("demo", {"page": [page]}, referer)
    assert (face.shop, there.rstrip("/")) == ("demo", back.rstrip("/"))
    assert subscribe.whose("nobody", {"page": [page]}, referer) == (None, None)
