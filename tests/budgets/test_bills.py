"""The pages tell what the kept profile says, whoever recorded it last."""

from __future__ import annotations

import pytest

from bench import bills, cost


@pytest.mark.parametrize("name", sorted(bills.PAGES))
def test_a_page_tells_the_bill_of_the_kept_profile(name: str):
    made, page = bills.PAGES[name]
    assert bills.told(name, page) == made(), "write the pages: python -m bench.run --write-docs"


def test_a_quota_is_marked_where_it_breaks_and_only_there():
    lines = bills.quotas().splitlines()[2:]
    assert len(lines) == len(cost.QUOTAS)
    for line, first in zip(lines, cost.strains(bills.SCALES[0]), strict=True):
        used = line.strip("| ").split(" | ")[1:4]
        broken = [carts >= first.breaks_at for carts in bills.SCALES]
        assert ["**" in cell for cell in used] == broken, line
        assert line.rstrip(" |").endswith("nothing") != broken[-1]
