"""Make ``openapi.json`` again: the operation that we call, out of Twilio's OpenAPI document, which is 2 MB.

Run it with the document as its argument::

    git clone --depth 1 https://github.com/twilio/twilio-oai
    python -m tests.specs.twilio.trim twilio-oai/spec/json/twilio_api_v2010.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.specs.trimming import keep, names

PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
_LEFT_OUT = ("description", "x-twilio", "security", "tags", "responses")


def trimmed(said: dict[str, Any]) -> dict[str, Any]:
    """Give the excerpt as an OpenAPI document."""
    post = _bare(said["paths"][PATH]["post"])
    named = sorted(names(post) | {"message_enum_status"})
    schemas = {name: _bare(said["components"]["schemas"][name]) for name in named}
    return {
        "openapi": said["openapi"],
        "info": {"title": said["info"]["title"], "version": said["info"]["version"]},
        "paths": {PATH: {"post": post}},
        "components": {"schemas": schemas},
    }


def _bare(node: Any) -> Any:
    if isinstance(node, list):
        return [_bare(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {name: _bare(one) for name, one in node.items() if name not in _LEFT_OUT}


if __name__ == "__main__":
    keep(trimmed(json.loads(Path(sys.argv[1]).read_text())), __file__)
