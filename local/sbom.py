"""What the Lambda layers carry, as a bill of materials (CycloneDX 1.6, JSON), made from uv.lock.

python -m local.sbom > docs/sbom.cdx.json. The runtime's own boto3, botocore and urllib3 are AWS's and not listed.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "sbom.cdx.json"


def carried() -> set[str]:
    """The names of the packages in the layers, as ``make lock`` pinned them."""
    texts = (path.read_text() for path in sorted(ROOT.glob("layers/*/requirements.txt")))
    return {name for text in texts for name in re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)}


def document() -> dict[str, Any]:
    """The bill of materials. It is the same for the same lock: no date, no random serial number."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages = {each["name"]: each for each in lock["package"]}
    names = sorted(carried())
    own = packages["cartback"]
    root = f"pkg:generic/cartback@{own['version']}"
    component = {
        "type": "application",
        "bom-ref": root,
        "name": "cartback",
        "version": own["version"],
        "purl": root,
    }
    groups = [each for group in own.get("dev-dependencies", {}).values() for each in group]
    needs = [{"ref": root, "dependsOn": _refs(packages, own, names, groups)}]
    needs += [
        {"ref": _purl(packages[name]), "dependsOn": _refs(packages, packages[name], names)} for name in names
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component},
        "components": [_component(packages[name]) for name in names],
        "dependencies": needs,
    }


def _component(package: dict[str, Any]) -> dict[str, Any]:
    files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
    return {
        "type": "library",
        "bom-ref": _purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": _purl(package),
        "externalReferences": [
            {
                "type": "distribution",
                "url": each["url"],
                "hashes": [{"alg": "SHA-256", "content": each["hash"].removeprefix("sha256:")}],
            }
            for each in files
        ],
    }


def _refs(
    packages: dict[str, Any], package: dict[str, Any], names: list[str], more: Iterable[dict[str, Any]] = ()
) -> list[str]:
    needed = {each["name"] for each in (*package.get("dependencies", ()), *more)}
    return [_purl(packages[name]) for name in names if name in needed]


def _purl(package: dict[str, Any]) -> str:
    return f"pkg:pypi/{package['name']}@{package['version']}"


def text() -> str:
    """The document as it is kept."""
    return json.dumps(document(), indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
