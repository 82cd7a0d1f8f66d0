"""The real template, built by `sam build` and deployed by `sam deploy`, onto the local cloud."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_dump, yaml_parse

from local.cloud import NOBODY, REGION, ROOT, STATE, Cloud, environment

STACK_NAME = "cartback-local"
STAGE = "dev"
SENDERS = "*@cartback.example"
DEPLOY_LOG = STATE / "deploy.log"

# What MiniStack cannot make and the local flows do not need. Whoever refers to one of these gets an empty text.
NOT_EMULATED = (
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Events::Archive",
    "AWS::Logs::QueryDefinition",
    "AWS::SMSVOICE::ConfigurationSet",
    "AWS::XRay::Group",
)

_FUNCTION_IN_URI = re.compile(r"functions/\$\{(\w+)(?:\.Arn)?\}/invocations")
_METHODS = {"get", "put", "post", "delete", "head", "options", "patch", "x-amazon-apigateway-any-method"}


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack: its outputs and the physical ids of its HTTP APIs, both by their names in the template."""

    name: str
    outputs: dict[str, str]
    apis: dict[str, str]


def architecture() -> str:
    """Return this machine's architecture as Lambda spells it: local Lambdas run its wheels."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def build(template: Path = ROOT / "template.yaml") -> Path:
    """Run `sam build`; give back the built template. Raises RuntimeError with SAM's words if it fails."""
    built = template.parent / ".aws-sam" / "build"
    _sam(
        template.parent,
        ["build", "--cached", "--parallel", "--template-file", str(template), "--build-dir", str(built)],
        ["--region", REGION, "--parameter-overrides", f"Architecture={architecture()}"],
    )
    return built / "template.yaml"


def deploy(cloud: Cloud, built: Path, public_url: str) -> Stack:
    """Deploy a built template, lay the routes of its HTTP APIs and let its senders send.

    ``public_url`` is where links in messages lead. Raises RuntimeError with SAM's words if the deployment fails.
    """
    template = _for_this_machine(yaml_parse(built.read_text()))
    reduced = built.with_name("local.yaml")
    reduced.write_text(yaml_dump(template))
    _sam(
        built.parent,
        ["deploy", "--template-file", str(reduced), "--stack-name", STACK_NAME, "--resolve-s3"],
        ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--region", REGION],
        ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        ["--parameter-overrides", *_parameters(template, public_url)],
        endpoint_url=cloud.endpoint_url,
    )
    _verify_sender(cloud)
    apis = lay_routes(cloud, STACK_NAME)
    described = cloud.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    return Stack(STACK_NAME, outputs, apis)


def lay_routes(cloud: Cloud, stack_name: str) -> dict[str, str]:
    """Create the routes of every HTTP API of a stack; give back the APIs' ids by their names in the template.

    MiniStack makes the API of an AWS::Serverless::HttpApi but not the routes of its OpenAPI body, which is also where
    the SAM transform puts functions' HttpApi events.
    """
    formation, gateway = cloud.client("cloudformation"), cloud.client("apigatewayv2")
    template = formation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]
    if isinstance(template, str):
        template = yaml_parse(template)
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    ids = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }
    apis = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::ApiGatewayV2::Api":
            continue
        apis[name] = ids[name]
        for key, function in _routes(resource["Properties"].get("Body") or {}):
            integration = gateway.create_integration(
                ApiId=ids[name],
                IntegrationType="AWS_PROXY",
                IntegrationMethod="POST",
                PayloadFormatVersion="2.0",
                IntegrationUri=f"arn:aws:lambda:{REGION}:{NOBODY['AWS_ACCESS_KEY_ID']}:function:{ids[function]}",
            )
            target = f"integrations/{integration['IntegrationId']}"
            gateway.create_route(ApiId=ids[name], RouteKey=key, Target=target)
    return apis


def _routes(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (route key, logical id of the function) for every operation of an OpenAPI body."""
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            if method not in _METHODS:
                continue
            uri = operation["x-amazon-apigateway-integration"]["uri"]
            found = _FUNCTION_IN_URI.search(str(uri.get("Fn::Sub", uri) if isinstance(uri, dict) else uri))
            if not found:
                raise RuntimeError(f"{method} {path}: no function of this template in {uri}")
            verb = "ANY" if method.startswith("x-") else method.upper()
            yield ("$default" if path == "/$default" else f"{verb} {path}"), found.group(1)


def _for_this_machine(template: dict[str, Any]) -> dict[str, Any]:
    """Leave out what MiniStack cannot make, and let links lead to loopback, which has no certificate."""
    resources = template["Resources"]
    left_out = {name for name, each in resources.items() if each["Type"] in NOT_EMULATED}
    template["Resources"] = {
        name: _without(each, left_out) for name, each in resources.items() if name not in left_out
    }
    template.get("Parameters", {}).get("PublicUrl", {}).pop("AllowedPattern", None)
    return template


def _without(part: Any, left_out: set[str]) -> Any:
    """A part of a template with an empty text for each reference to what is left out."""
    if isinstance(part, dict):
        if part.get("Ref") in left_out:
            return ""
        return {name: _without(each, left_out) for name, each in part.items()}
    return [_without(each, left_out) for each in part] if isinstance(part, list) else part


def _parameters(template: dict[str, Any], public_url: str) -> list[str]:
    """Return the template's parameters as SAM takes them."""
    values = {"Stage": STAGE, "Sender": SENDERS, "Architecture": architecture(), "PublicUrl": public_url}
    return [f"{name}={value}" for name, value in values.items() if name in template.get("Parameters", {})]


def _verify_sender(cloud: Cloud) -> None:
    """Verify the senders' domain, as the shop's engineer does once by hand: SES lets only verified ones send."""
    cloud.client("sesv2").create_email_identity(EmailIdentity=SENDERS.rpartition("@")[2])


def _sam(folder: Path, *arguments: list[str], endpoint_url: str | None = None) -> None:
    """Run SAM CLI in ``folder``, its words kept in the deploy log."""
    extra = {"SAM_CLI_TELEMETRY": "0"} | ({"AWS_ENDPOINT_URL": endpoint_url} if endpoint_url else {})
    command = ["sam", *(word for group in arguments for word in group)]
    done = subprocess.run(
        command, cwd=folder, env=environment(extra), capture_output=True, text=True, check=False
    )
    STATE.mkdir(exist_ok=True)
    with DEPLOY_LOG.open("a") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise RuntimeError(f"sam {arguments[0][0]} failed:\n{tail}")
