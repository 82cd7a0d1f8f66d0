import pytest

from cartback.domain.shop.weblink import is_local, tagged, web_link


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example",
        "https://shop.example:8443/a/b?c=d%20e&f[]=1#g",
        "https://xn--bcher-kva.example/",
    ],
)
def test_an_https_address_is_a_link(address):
    assert web_link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:,x",
        "ftp://a.example", "mailto:a@b.example",
        "//shop.example", "/path", "https://", "https:///path", "https://a.example:99999/", "https://a.example@b.example/",
        "https://a.example/\n", " https://a.example", "https://a.example/'", 'https://a.example/"', "https://a.example/<",
        "https://a.example\\b", "https://bücher.example/", "https://[::1", "https://a.example/" + "a" * 2000, None, 7, b"https://a.example",
    ],
)  # fmt: skip
def test_anything_else_is_none(address):
    assert web_link(address) is None
    assert web_link(address, local=True) is None


@pytest.mark.parametrize(
    "host", ["localhost:4566", "api.localhost", "127.0.0.1:80", "127.8.9.10", "[::1]:8080"]
)
def test_plain_http_is_for_this_machine_only_and_only_when_asked(host):
    address = f"http://{host}/x"
    assert web_link(address, local=True) == address
    assert web_link(address) is None
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost/",
        "http://localhost.evil.example/",
        "http://10.0.0.1/",
        "http://evil.example#localhost",
    ],
)
def test_what_only_looks_like_this_machine_is_not(address):
    assert not is_local(address)


def test_tags_are_added_and_never_replace_what_a_link_already_has():
    assert tagged(
        "https://a.example/p?x=1&utm_source=own#f", {"utm_source": "us", "utm_medium": "e mail"}
    ) == ("https://a.example/p?x=1&utm_source=own&utm_medium=e+mail#f")
    assert tagged("https://a.example", {"a": "b"}) == "https://a.example?a=b"
