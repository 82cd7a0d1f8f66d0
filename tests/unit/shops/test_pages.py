"""Every platform has its page, and the page lists every sample."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from cartback import shops
from cartback.shops import shopware, stripe
from cartback.shops.shopware.ceremony import APP_NAME
from tests.unit.shops.samples import EVENTS

PAGES = Path(__file__).parents[3] / "docs" / "shops"


@pytest.mark.parametrize("platform", shops.platforms())
def test_a_platforms_page_lists_exactly_its_samples(platform):
    listed = (PAGES / f"{platform}.md").read_text().partition("## Samples")[2].partition("\n## ")[0]
    names = set(re.findall(r"`([\w./]+)`", listed)) - {f"events/{platform}/"}
    folder = EVENTS / platform
    assert names == {str(file.relative_to(folder).with_suffix("")) for file in folder.rglob("*.json")}


@pytest.mark.parametrize("platform", sorted({*shops.platforms()} - {"generic"}))
def test_a_platforms_page_tells_how_to_set_it_up_and_what_is_not_possible(platform):
    page = (PAGES / f"{platform}.md").read_text()
    assert "\n## Set-up\n" in page
    assert re.search(r"\n## .*not possible\n", page)
    assert f"shops/{platform}.md" in (PAGES.parent / "shops.md").read_text()


def test_the_manifest_subscribes_to_every_event_that_the_adapter_reads_and_bears_the_proven_name():
    manifest = ET.parse(PAGES / "shopware-manifest.xml").getroot()
    assert manifest.findtext("meta/name") == APP_NAME
    assert {hook.get("event") for hook in manifest.iter("webhook")} == set(shopware.TOPICS)


def test_stripes_page_names_exactly_the_events_that_the_adapter_reads_to_be_ticked():
    by_hand = (PAGES / "stripe.md").read_text().partition("Add endpoint")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", by_hand)) == set(stripe.TOPICS)
