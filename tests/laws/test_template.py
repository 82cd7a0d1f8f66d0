"""The template against the code and the house's rules for data and rights."""

from __future__ import annotations

import ast
import json
import re
import tomllib

import pytest

from cartback import channels, wiring
from tests.laws.reading import (
    FUNCTIONS,
    ROOT,
    SHARED_ROLE,
    doors,
    listed,
    properties,
    resources,
    statements,
    target,
    template,
    under,
    wired,
)

DOORS = sorted(doors())
MACHINE = "AWS::Serverless::StateMachine"
_BANNERS = ["Parameters", "Globals", "Data", "Layer", "Doors", "Tasks", "Flows", "Watch", "Outputs"]
# Tables whose rows never run out of time by themselves.
_WITHOUT_TTL = {"Settings"}
every_door = pytest.mark.parametrize("door", DOORS)


def _environment(door: str) -> set[str]:
    return set(properties(doors()[door])["Environment"]["Variables"])


# ── what a door's wiring reads ───────────────────────────────────────────────────────────────────────────────────


def _reads(function: ast.FunctionDef) -> tuple[set[str], set[str]]:
    """The variables that a function of wiring must have, and those that it would take."""
    needed, taken = set(), set()
    if "by_name(os.environ" in ast.unparse(function):
        needed |= {
            name for each in channels.served().values() for module in each.values() for name in module.NEEDS
        }
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"os.environ", "env"}:
            needed |= _names(node.slice)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.environ.get", "env.get"}:
            taken |= _names(node.args[0])
    return needed, taken


def _names(key: ast.expr) -> set[str]:
    assert isinstance(key, ast.Constant), f"{ast.unparse(key)}: a variable is read by its whole name"
    return {key.value}


def _wired(door: str) -> tuple[set[str], set[str]]:
    """What all functions of wiring that a door reaches must have, and would take."""
    read = [_reads(function) for function in wired(door)]
    return set().union(*(needed for needed, _ in read)), set().union(*(taken for _, taken in read))


@every_door
def test_every_variable_that_a_doors_wiring_reads_is_set_and_none_is_superfluous(door: str):
    needed, taken = _wired(door)
    assert needed <= _environment(door)
    assert _environment(door) <= needed | taken


def test_every_door_has_a_function_and_every_function_a_door():
    assert set(DOORS) == {path.stem for path in under(FUNCTIONS)}
    for function in resources("AWS::Serverless::Function").values():
        assert function["Properties"]["Handler"].endswith(".handler")


@every_door
def test_a_function_is_called_like_its_file(door: str):
    """But for one that runs of an earlier release call by the name that its file had then."""
    released = json.loads((ROOT / "events" / "machines" / "releases.json").read_text()).values()
    kept = {function for told in released for function in told["tasks"].values()}
    assert doors()[door] == door.title().replace("_", "") or doors()[door] in kept


# ── rights ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_function_and_every_chore_has_a_role_of_its_own_and_flows_with_stable_names_share_one():
    flows = {name for name, each in resources(MACHINE).items() if named_like_a_flow(each)}
    for name in flows:
        assert target(properties(name)["Role"]) == SHARED_ROLE, name
    named = [
        target(each["Properties"]["Role"])
        for kind in ("AWS::Serverless::Function", MACHINE)
        for name, each in resources(kind).items()
        if name not in flows
    ]
    assert len(named) == len(set(named))
    assert set(named) | {SHARED_ROLE} == set(resources("AWS::IAM::Role"))
    assert SHARED_ROLE not in named


def named_like_a_flow(machine) -> bool:
    """Whether a machine's name begins like those of the flows that came after the first two."""
    return str(machine["Properties"].get("Name", {}).get("Sub", "")).startswith("cartback-${Stage}-")


def test_a_machine_keeps_the_name_that_it_was_born_with():
    """A machine that is renamed is replaced, and its running executions end with it."""
    names = {name: each["Properties"].get("Name") for name, each in resources(MACHINE).items()}
    born_nameless = {"CartRecovery", "DoubleOptIn", "Erasure", "Reconciliation"}
    assert {name for name, said in names.items() if said is None} == born_nameless
    for name in names.keys() - born_nameless:
        path = properties(name)["DefinitionUri"].rpartition("/")[2].removesuffix(".asl.json")
        said = path.replace("_", "-")
        assert names[name]["Sub"] in (f"cartback-${{Stage}}-{said}", f"cartback-chores-${{Stage}}-{said}")


def test_every_action_that_a_role_may_take_is_spelled_out():
    for kind in ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
        for name, each in resources(kind).items():
            document = each["Properties"].get("PolicyDocument", {"Statement": []})
            for statement in (*statements(each), *document["Statement"]):
                for action in listed(statement["Action"]):
                    assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", action), f"{name}: {action}"


def test_every_star_has_its_reason_beside_it():
    for line in (ROOT / "template.yaml").read_text().splitlines():
        if re.search(r"(?:\w+:|-) [\"']?(?:[a-z0-9]+:)?\*[\"']?(?:\s|$)", line):
            assert re.search(r"# \w+", line), line.strip()


def test_whoever_may_send_mail_may_send_it_only_from_the_senders_of_the_stack():
    senders = [
        (name, statement)
        for name, role in resources("AWS::IAM::Role").items()
        for statement in statements(role)
        if any(action.startswith("ses:") for action in listed(statement["Action"]))
    ]
    assert {name for name, _ in senders} == {
        "TouchRole",
        "AskConfirmationRole",
        "ActRole",
        "ForwardFactsRole",
        "WorkDeskRole",
    }
    for _, statement in senders:
        assert statement["Condition"] == {
            "StringLike": {"ses:FromAddress": {"Ref": "Sender"}},
            "ForAllValues:StringLike": {"ses:Recipients": {"Ref": "Recipients"}},
        }


@every_door
def test_a_door_may_touch_only_tables_that_it_is_told_of(door: str):
    tables = set(resources("AWS::DynamoDB::Table"))
    function = properties(doors()[door])
    told = {target(value) for value in function["Environment"]["Variables"].values() if set(value) == {"Ref"}}
    role = template()["Resources"][target(function["Role"])]
    touched = {
        name
        for statement in statements(role)
        for resource in listed(statement["Resource"])
        for name in re.findall(r"\w+", str(resource))
    }
    assert touched & tables <= told


@every_door
def test_a_door_writes_into_a_log_group_of_its_own_that_forgets(door: str):
    function = properties(doors()[door])
    group = target(function["LoggingConfig"]["LogGroup"])
    assert group == f"{doors()[door]}Logs"
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    role = template()["Resources"][target(function["Role"])]
    logs = [each for each in statements(role) if "logs:PutLogEvents" in listed(each["Action"])]
    assert [target(each["Resource"]) for each in logs] == [group]


def test_every_log_group_forgets():
    for name in resources("AWS::Logs::LogGroup"):
        assert "RetentionInDays" in properties(name), name


def test_a_door_where_a_strangers_request_costs_more_than_itself_is_narrower_than_the_others():
    """A sign-up writes counters, a registration reads a secret: nobody needs either a thousand times a second."""
    api = properties("Api")
    routes = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": name
        for name, function in resources("AWS::Serverless::Function").items()
        for event in function["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    narrow = {routes[key] for key in api["RouteSettings"]}
    assert narrow == {"Subscribe", "EnrolShop", "HearTool"}
    assert {key for key, name in routes.items() if name in narrow} - set(api["RouteSettings"]) == {
        "OPTIONS /subscribe/{shop}"  # asks nothing of anybody
    }
    for limit in api["RouteSettings"].values():
        assert limit["ThrottlingRateLimit"] <= api["DefaultRouteSettings"]["ThrottlingRateLimit"] / 20
        assert limit["ThrottlingBurstLimit"] <= api["DefaultRouteSettings"]["ThrottlingBurstLimit"] / 10


# ── data ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_table_is_encrypted_recoverable_retained_and_paid_per_request():
    for name, table in resources("AWS::DynamoDB::Table").items():
        given = table["Properties"]
        assert given["SSESpecification"] == {
            "SSEEnabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": {"GetAtt": "Key.Arn"},
        }, name
        assert given["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert given["BillingMode"] == "PAY_PER_REQUEST", name
        if name not in _WITHOUT_TTL:
            ttl = {"AttributeName": "expires_at", "Enabled": True}
            assert given["TimeToLiveSpecification"] == ttl, name


def test_whatever_cannot_be_made_again_outlives_the_stack():
    for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"):
        for name, each in resources(kind).items():
            # A first deployment that failed leaves no key, tables and secret behind that nobody finds again.
            assert (each["DeletionPolicy"], each["UpdateReplacePolicy"]) == (
                "RetainExceptOnCreate",
                "Retain",
            ), name


def test_every_queue_is_encrypted_and_every_working_queue_has_a_dead_letter_queue():
    dead = {
        target(each["Properties"]["RedrivePolicy"]["deadLetterTargetArn"])
        for each in resources("AWS::SQS::Queue").values()
        if "RedrivePolicy" in each["Properties"]
    }
    for name, queue in resources("AWS::SQS::Queue").items():
        given = queue["Properties"]
        assert given.get("SqsManagedSseEnabled") or "KmsMasterKeyId" in given, name
        assert "RedrivePolicy" in given or name.endswith("Dlq"), name
        if name.endswith("Dlq"):
            assert given["MessageRetentionPeriod"] == 14 * 86_400, name
    assert dead <= set(resources("AWS::SQS::Queue"))


# ── numbers that stand in two places ─────────────────────────────────────────────────────────────────────────────


def test_the_queue_is_patient_for_six_time_outs_and_the_code_knows_the_time_out():
    timeout = properties(doors()["apply_events"])["Timeout"]
    assert properties("IntakeQueue")["VisibilityTimeout"] >= 6 * timeout
    assert wiring.APPLY_TIMEOUT.total_seconds() == timeout


def test_the_worker_knows_how_often_the_queue_gives_it_a_message():
    source = (FUNCTIONS / "apply_events.py").read_text()
    (most,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MOST_RECEIVES"
    )
    assert properties("IntakeQueue")["RedrivePolicy"]["maxReceiveCount"] == most


def test_the_intake_gives_up_before_the_most_impatient_sender_does():
    """Shopify waits five seconds (reliability.md, Senders)."""
    assert properties(doors()["receive_webhook"])["Timeout"] <= 5


def test_the_worker_reports_each_failed_message_by_itself():
    (queue,) = properties(doors()["apply_events"])["Events"].values()
    assert queue["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_prefix_of_shop_secrets_is_the_same_for_operator_intake_and_rights():
    prefix = template()["Outputs"]["ShopSecretPrefix"]["Value"]["Sub"]
    assert properties(doors()["receive_webhook"])["Environment"]["Variables"]["SHOP_SECRET_PREFIX"] == {
        "Sub": prefix
    }
    role = template()["Resources"]["ReceiveWebhookRole"]
    rights = [
        each["Resource"]["Sub"]
        for each in statements(role)
        if each["Action"] == "secretsmanager:GetSecretValue"
    ]
    assert [each.endswith(f":secret:{prefix}*") for each in rights] == [True]


def test_the_template_reads_in_banners():
    text = (ROOT / "template.yaml").read_text()
    assert re.findall(r"^# ── (\w+) ─", text, re.MULTILINE) == _BANNERS


def test_every_stage_of_the_configuration_is_a_stage_of_the_template():
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    stages = {name: each for name, each in config.items() if isinstance(each, dict)}
    chosen = {each["deploy"]["parameters"]["parameter_overrides"][0] for each in stages.values()}
    assert chosen == {f"Stage={stage}" for stage in template()["Parameters"]["Stage"]["AllowedValues"]}


def test_a_stack_whose_stage_was_forgotten_is_not_deployed_as_another():
    """``sam deploy --parameter-overrides`` replaces what samconfig.toml says, it does not add to it."""
    assert "Default" not in template()["Parameters"]["Stage"]
