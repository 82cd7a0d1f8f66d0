"""What a deployment still lacks, said before anything is built: `make deploy` asks it first.

    python -m local.preflight prod Sender=hello@shop.example AlarmEmail=ops@shop.example

Prints what `sam deploy` is to be called with, one word a line, or one fault a line and exit code 1.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).parents[1]
_NEEDS = {
    "CertificateArn": ("PublicUrl",),
    "HostedZoneId": ("CertificateArn", "PublicUrl"),
    "OnlyPublicUrl": ("PublicUrl",),
}
"""Parameters that mean nothing alone. The template's own rules say the same, but only to CloudFormation."""


def faults(parameters: Mapping[str, Any], given: Mapping[str, str], kept: Collection[str] = ()) -> list[str]:
    """What is wrong with the parameters of a deployment, one line each, by what the template says of them.

    ``kept`` are those that the stack has from before.
    """
    found = [f"{name}: there is no such parameter" for name in given if name not in parameters]
    for name, said in parameters.items():
        if name in given:
            found += [f"{name}: {fault}" for fault in _wrong(said, given[name])]
        elif "Default" not in said and name not in kept:
            found.append(f"{name}: is missing. {' '.join(said['Description'].split())}")
    for name, others in _NEEDS.items():
        if given.get(name, "") not in ("", "false"):
            found += [
                f"{name}: means nothing without {other}"
                for other in others
                if not given.get(other) and other not in kept
            ]
    return found


def _wrong(said: Mapping[str, Any], value: str) -> Iterable[str]:
    allowed, pattern = said.get("AllowedValues"), said.get("AllowedPattern")
    if allowed is not None and value not in [str(one) for one in allowed]:
        yield f"must be one of {', '.join(map(str, allowed))}"
    parts = value.split(",") if said["Type"] == "CommaDelimitedList" else [value]
    if pattern is not None and not all(re.fullmatch(pattern, part.strip()) for part in parts):
        yield f"{said.get('ConstraintDescription', f'must match {pattern}')}"


def environments() -> dict[str, str]:
    """The environment of ``samconfig.toml`` for each stage."""
    told = tomllib.loads((ROOT / "samconfig.toml").read_text())
    found = {}
    for name, environment in told.items():
        if isinstance(environment, dict):
            (override,) = environment["deploy"]["parameters"]["parameter_overrides"]
            found[override.removeprefix("Stage=")] = name
    return found


def kept_by(stack: str) -> frozenset[str]:
    """The parameters that a stack has from its last deployment; none where there is no such stack, or nobody to ask."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (BotoCoreError, ClientError):
        return frozenset()
    return frozenset(each["ParameterKey"] for each in stacks[0].get("Parameters", []))


def main(words: list[str], kept: Callable[[str], Collection[str]] = kept_by) -> int:
    """Check a stage and parameters written ``Name=value``; give the exit code."""
    stage, *rest = [word for word in words if word] or [""]
    known = environments()
    if stage not in known:
        print(f"deploy: STAGE must be one of {', '.join(known)}", file=sys.stderr)
        return 1
    given = {"Stage": stage, **dict(word.partition("=")[::2] for word in rest)}
    parameters = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    wrong = faults(parameters, given, kept(f"cartback-{stage}"))
    for fault in wrong:
        print(f"deploy: {fault}", file=sys.stderr)
    if wrong:
        return 1
    print(
        "--config-env",
        known[stage],
        "--parameter-overrides",
        *(f"{k}={v}" for k, v in given.items()),
        sep="\n",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
