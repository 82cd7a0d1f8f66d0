"""The importable examples are JSON of the shape that each tool reads, and verify as Standard Webhooks asks."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
from typing import Any

import pytest

from cartback.domain.connectors.tool_tokens import OPEN_TASK
from cartback.domain.connectors.webhooks import signed
from tests.laws.reading import ROOT, doors, properties

EXAMPLES = ROOT / "docs" / "connectors" / "examples"
SECRET = "whsec_" + "c2VjcmV0" * 5
BODY = json.dumps(
    {"type": "order.paid", "timestamp": "2026-11-28T10:00:00+00:00", "data": {"shop": "lamp-shop"}}
)


def _example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def test_there_is_an_example_for_each_tool_and_its_page_leads_to_it():
    page = (ROOT / "docs" / "connectors" / "standard_webhooks.md").read_text()
    names = {path.stem for path in EXAMPLES.glob("*.json")}
    assert names == {"n8n", "make", "power_automate"}
    assert all(f"(examples/{name}.json)" in page for name in names)


def test_no_example_holds_a_secret():
    for path in EXAMPLES.glob("*.json"):
        assert not re.search(
            r"whsec_(?!REPLACE_ME|\\?\"|/)[A-Za-z0-9+/]{8}|cbt_[0-9a-f]{12}_", path.read_text()
        ), path.name


def test_every_node_of_the_n8n_workflow_is_led_to():
    flow = _example("n8n")
    names = {node["name"] for node in flow["nodes"]}
    led = {way["node"] for each in flow["connections"].values() for ways in each["main"] for way in ways}
    assert set(flow["connections"]) | led == names
    assert flow["nodes"][0]["parameters"]["options"]["rawBody"] is True, "the signature is over the raw bytes"


def _verified(headers: dict[str, str], body: str) -> subprocess.CompletedProcess[str]:
    (code,) = [
        node["parameters"]["jsCode"] for node in _example("n8n")["nodes"] if "jsCode" in node["parameters"]
    ]
    data = base64.b64encode(body.encode()).decode()
    item = json.dumps({"json": {"headers": headers}, "binary": {"data": {"data": data}}})
    script = (
        f"const $input = {{ first: () => ({item}) }};\nconst $env = {{ CARTBACK_SECRET: {json.dumps(SECRET)} }};\n"
        f"const run = () => {{\n{code}\n}};\nprocess.stdout.write(JSON.stringify(run()));"
    )
    return subprocess.run(["node", "-e", script], capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_n8n_workflow_takes_what_we_sign_and_refuses_everything_else():
    from datetime import UTC, datetime, timedelta

    now = datetime.fromtimestamp(time.time(), UTC)
    headers = signed(SECRET, "f-1", now, BODY.encode())
    taken = _verified(headers, BODY)
    assert json.loads(taken.stdout)[0]["json"]["id"] == "f-1", taken.stderr
    for wrong in (
        ({**headers, "webhook-id": "f-2"}, BODY),
        (headers, BODY.replace("paid", "sent")),
        ({**headers, "webhook-signature": ""}, BODY),
        (signed(SECRET, "f-1", now - timedelta(minutes=6), BODY.encode()), BODY),
    ):
        assert _verified(*wrong).returncode != 0


def test_the_make_blueprint_signs_id_time_and_raw_body_with_the_decoded_key_before_anything_else():
    flow = _example("make")["flow"]
    text = json.dumps(flow)
    assert flow[0]["module"] == "gateway:CustomWebHook"
    recipe = re.findall(r"sha256\((.*?)\)\}\}", text)
    (said,) = [each for each in recipe if "webhook-id" in each]
    order = [
        said.index(part)
        for part in ("webhook-id", "webhook-timestamp", "1.value", "base64", "replace(2.secret")
    ]
    assert order == sorted(order)
    judged = next(number for number, module in enumerate(flow) if module.get("filter"))
    ((rule,),) = flow[judged]["filter"]["conditions"]
    assert (rule["b"], rule["o"]) == ("{{5.wanted}}", "text:equal")
    assert flow[judged]["module"] == "json:ParseJSON"


def test_the_power_automate_flow_tells_us_by_its_token_at_a_door_that_there_is():
    flow = _example("power_automate")
    assert flow["parameters"]["cartback_token"]["type"] == "securestring"
    call = flow["actions"]["Open_a_task"]["inputs"]
    assert call["headers"]["authorization"] == "Bearer @{parameters('cartback_token')}"
    assert "idempotency-key" in call["headers"]
    (route,) = properties(doors()["hear_tool"])["Events"].values()
    assert route["Properties"]["Path"] == "/tools/{shop}/{what}"
    assert call["uri"].endswith("/tools/@{parameters('cartback_shop')}/tasks")
    assert set(call["body"]) == {"title", "text"}
    assert OPEN_TASK in (ROOT / "docs" / "connectors" / "tools.md").read_text()
