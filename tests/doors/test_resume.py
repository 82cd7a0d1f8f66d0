"""From bounces on the queue to a paused shop, and back again by an operator's word, through the real doors."""

from __future__ import annotations

import json
from datetime import timedelta

from cartback.domain.deliverability import FEWEST, Tally
from cartback.store.messaging.standing import DynamoStanding
from tests.doors.house import SHOP
from tests.doors.test_canary import cartback
from tests.doors.test_mail_events import news
from tests.doors.test_tasks import first_touch


def blocks(house) -> dict[str, str]:
    rows = [row for row in house.stack.rows("Customers") if "#block#" in row["pk"]["S"]]
    return {row["pk"]["S"].split("#block#")[1].partition("#")[0]: row["to"]["S"] for row in rows}


def test_one_bounce_too_many_pauses_the_shop_until_an_operator_lets_it_go_on(house, capsys):
    first_touch(house)
    (row,) = [row for row in house.stack.rows("Ledger") if "#claim#" in row["pk"]["S"]]
    standing = DynamoStanding(house.stack.clients, "Insights")
    standing.add(SHOP, house.now - timedelta(days=2), Tally(FEWEST - 1, 4))
    assert house.apply([news("Bounce", row["pk"]["S"].rpartition("#")[2])]) == []
    assert blocks(house)["marketing"] == "paused_deliverability"
    assert '"MarketingPaused"' in capsys.readouterr().out
    answer = json.loads(cartback(house, "shop", "resume", SHOP, "--json").output)
    assert answer["lifted"] == {"marketing": "paused_deliverability"}
    assert "marketing" not in blocks(house)
    assert standing.lately(SHOP, house.now) == Tally()
    assert "Nothing stopped" in cartback(house, "shop", "resume", SHOP).output
