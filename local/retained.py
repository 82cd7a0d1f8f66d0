"""What a deleted stack leaves behind, as CloudFormation takes it back: a template of it alone, or a list to fill in.

python -m local.retained template | names
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
NAMED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::KMS::Key": "KeyId",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Id",
}
"""By which property CloudFormation knows what it imports (its user guide, "Resource type support")."""


def retained() -> dict[str, dict[str, Any]]:
    """The resources that outlive the stack."""
    whole: dict[str, dict[str, Any]] = yaml_parse(TEMPLATE.read_text())["Resources"]
    return {name: each for name, each in whole.items() if "DeletionPolicy" in each}


def template() -> dict[str, Any]:
    """A template of these alone, without a transform: an import takes nothing that is not imported."""
    stage = yaml_parse(TEMPLATE.read_text())["Parameters"]["Stage"]
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Stage": stage},
        "Resources": {
            name: {key: value for key, value in each.items() if key != "Metadata"}
            for name, each in retained().items()
        },
    }


def names() -> list[dict[str, Any]]:
    """What to import, each with a blank for what it is called in the account."""
    return [
        {
            "ResourceType": each["Type"],
            "LogicalResourceId": name,
            "ResourceIdentifier": {NAMED_BY[each["Type"]]: ""},
        }
        for name, each in retained().items()
    ]


if __name__ == "__main__":
    json.dump({"template": template, "names": names}[sys.argv[1]](), sys.stdout, indent=2)
    sys.stdout.write("\n")
