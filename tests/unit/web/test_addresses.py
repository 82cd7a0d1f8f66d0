"""Where we connect to: what anybody on the internet has, and nothing in disguise."""

from __future__ import annotations

import ipaddress

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.web.addresses import checked, is_public

NOT_PUBLIC = """
    127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 169.254.170.2
    100.64.0.1 100.127.255.254 198.18.0.1 192.0.0.8 192.0.2.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1
    240.0.0.1 255.255.255.255
    :: ::1 fe80::1 fc00::1 fd00:ec2::254 fec0::1 ff02::1 2001:db8::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::10.0.0.1
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:c0a8:101::
    2001:0:0a00:1::
""".split()
PUBLIC = (
    "1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700::1111 2a00:1450::1".split()
)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_address_inside_somebodys_network_is_public_however_it_is_written(address: str):
    assert not is_public(ipaddress.ip_address(address))
    with pytest.raises(Refused):
        checked("shop.example", 443, [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_what_anybody_can_reach_is_public(address: str):
    assert checked("shop.example", 443, [address]) == address


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.1.2.3"])
def test_a_mapped_address_is_judged_by_the_one_inside(inner: str):
    assert not is_public(ipaddress.ip_address(f"::ffff:{inner}"))
    assert is_public(ipaddress.ip_address("::ffff:8.8.8.8"))


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(Refused):
        checked("shop.example", 443, ["93.184.216.34", "10.0.0.1"])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_local_cloud_may_reach_this_machine(address: str):
    assert checked("localhost", 80, [address], loopback=True) == address


@pytest.mark.parametrize("address", ["169.254.169.254", "10.0.0.1", "::ffff:10.0.0.1", "0.0.0.0"])
def test_and_nothing_else_with_it(address: str):
    with pytest.raises(Refused):
        checked("metadata", 80, [address], loopback=True)


def test_a_name_without_an_address_may_have_one_later():
    with pytest.raises(TryLater):
        checked("shop.example", 443, [])
