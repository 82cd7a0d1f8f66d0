"""The doors that a schedule opens: doubtful claims are settled, yesterday is audited, old proofs end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain import claims
from cartback.domain.errors import TryLater
from cartback.store.results.insights import DynamoAudits
from cartback.usecases.consent.end_proofs import PARTS, PERSON_KEPT
from cartback.usecases.people.sweep_erased import PROOF_KEPT
from tests.contracts.stack import resources
from tests.doors.house import SHOP, order, sample
from tests.doors.test_mail_events import news, sent, state
from tests.doors.test_tasks import first_touch
from tests.fakes.world import START, HandClock

__all__ = ["sent"]
# Counted elsewhere than in the audit, and without a shop too.
_OTHERS = {
    "ConnectorAccessLost",
    "EffectsUnknown",
    "FactsNotTold",
    "ClaimsUnknown",
    "DueLateSeconds",
    "MarketingPaused",
    "OwnTextsBroken",
    "PrivacyRequests",
    "VisitorsPutOff",
}
TOMORROW = START + timedelta(days=1)


@pytest.fixture
def doubtful(house, monkeypatch):
    """A house whose last mail left on a connection that broke; gives the id of its claim."""
    from cartback.channels.ses import Ses
    from cartback.ports import Doubtful

    monkeypatch.setattr(Ses, "send", lambda self, message: Doubtful("read timed out"))
    first_touch(house)
    (row,) = [row for row in house.stack.rows("Ledger") if "#claim#" in row["pk"]["S"]]
    return house, row["pk"]["S"].rpartition("#")[2]


def test_a_doubtful_claim_becomes_unknown_after_its_time_and_late_news_settles_it(doubtful):
    house, claim_id = doubtful
    assert house.call("settle_claims", sample("settle_claims")) == {"unknown": 0}
    house.now += timedelta(hours=2)
    assert house.call("settle_claims", sample("settle_claims")) == {"unknown": 1}
    assert state(house, claim_id) == claims.UNKNOWN
    assert house.call("settle_claims", sample("settle_claims")) == {"unknown": 0}
    assert house.apply([news("Delivery", claim_id)]) == []
    assert state(house, claim_id) == claims.DELIVERED


def test_a_claim_that_was_marked_is_left_alone(sent):
    house, claim_id = sent
    house.now += timedelta(hours=2)
    assert house.call("settle_claims", sample("settle_claims")) == {"unknown": 0}
    assert state(house, claim_id) == claims.SENT


def proof(house):
    (row,) = [row for row in house.stack.rows("Ledger") if "#consent#" in row["pk"]["S"]]
    return row


def test_the_proof_of_somebody_who_is_gone_is_given_its_end(sent):
    house, _ = sent
    assert "expires_at" not in proof(house)
    house.now = START + PERSON_KEPT + timedelta(days=2)
    answers = []
    for _ in range(PARTS):
        answers.append(house.call("end_proofs", sample("end_proofs"))["ending"])
        house.now += timedelta(days=1)
    assert sorted(answers)[-2:] == [0, 1]
    ends_at = datetime.fromtimestamp(int(proof(house)["expires_at"]["N"]), UTC)
    assert START + PROOF_KEPT <= ends_at < START + PROOF_KEPT + timedelta(days=PARTS + 3)


def kept(house):
    return DynamoAudits(house.stack.clients, "Insights", HandClock(house.now)).read(SHOP, START.date())


def test_a_good_day_is_kept_as_one(sent):
    house, _ = sent
    house.now = TOMORROW
    (counts,) = house.call("audit", sample("audit"))["audits"].values()
    assert set(counts.values()) == {0}
    assert (kept(house).claims, kept(house).accepted, kept(house).broken) == (1, 1, 0)


def test_a_message_against_better_knowledge_is_found_in_the_real_tables(sent, capsys):
    """The claim is moved behind the purchase, as only a bug could."""
    house, claim_id = sent
    house.now = START + timedelta(hours=2)
    house.tell(order(110), "msg_9")
    bad = START + timedelta(hours=3)
    (row,) = [row for row in house.stack.rows("Ledger") if row["pk"]["S"].endswith(f"#claim#{claim_id}")]
    body = json.loads(row["body"]["S"]) | {"claimed_at": bad.isoformat()}
    item = {**row, "body": {"S": json.dumps(body)}, "claimed_at": {"S": bad.isoformat()}}
    house.stack.clients.dynamodb.put_item(TableName="Ledger", Item=item)
    house.now = TOMORROW
    capsys.readouterr()
    counts = house.call("audit", sample("audit"))["audits"][SHOP]
    assert {kind: count for kind, count in counts.items() if count} == {"after_purchase": 1}
    published = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    found = [each for each in published if each.get("SendsAfterPurchase") == [1.0]]
    assert sorted(each.get("shop", "") for each in found) == ["", SHOP]


def test_another_day_can_be_audited_on_request(sent):
    house, _ = sent
    house.now = START + timedelta(days=5)
    house.call("audit", {"day": START.date().isoformat()})
    assert kept(house).claims == 1


def test_a_shop_that_left_is_still_audited(sent):
    house, _ = sent
    table = house.stack.clients.dynamodb
    for row in house.stack.rows("Settings"):
        table.put_item(TableName="Settings", Item={**row, "removed": {"BOOL": True}})
    house.now = TOMORROW
    assert list(house.call("audit", sample("audit"))["audits"]) == [SHOP]


@pytest.mark.parametrize("door", ["settle_claims", "audit"])
def test_a_table_that_is_away_surfaces_so_that_the_schedule_tries_again(house, door):
    house.unreachable("DYNAMODB")
    with pytest.raises(TryLater):
        house.call(door, sample(door))


def test_the_alarms_of_the_audit_look_at_metrics_that_are_published_without_a_shop():
    from cartback.usecases.results.audit import METRICS

    watched = {
        given["MetricName"]: {each["Name"] for each in given["Dimensions"]}
        for given in resources("AWS::CloudWatch::Alarm").values()
        if given["Namespace"] == "Cartback"
    }
    assert set(watched) <= {*METRICS.values(), *_OTHERS}
    assert {"SendsAfterPurchase", "SendsAfterOptOut", "DuplicateSends", "SendsWithoutBasis"} <= set(watched)
    assert all(names == {"service"} for names in watched.values())
