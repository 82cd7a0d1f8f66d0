"""Facts on EventBridge, runs in Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cartback.domain.errors import TryLater
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.store.clients import Clients

SOURCE = "cartback"
_MOST_PER_REQUEST = 10


class EventBridgeBus:
    """The port ``Bus``: ten facts per request, the rejected part told again by whoever tries again."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def publish(self, facts: Sequence[Fact]) -> None:
        """Tell the facts. Raises TryLater if any was not taken: facts have ids, telling them again is harmless."""
        for start in range(0, len(facts), _MOST_PER_REQUEST):
            entries = [
                {
                    "EventBusName": self._name,
                    "Source": SOURCE,
                    "DetailType": fact.name,
                    "Time": fact.at,
                    "Detail": json.dumps(fact.as_detail(), separators=(",", ":")),
                }
                for fact in facts[start : start + _MOST_PER_REQUEST]
            ]
            with translated("publish facts"):
                answer = self._clients.events.put_events(Entries=entries)
            if answer.get("FailedEntryCount"):
                raise TryLater(f"{answer['FailedEntryCount']} facts were not taken")


class StepFunctionsRuns:
    """The port ``Runs``: one state machine per flow.

    ``machines`` are the ARNs of those whose name CloudFormation made up; any other has ``prefix`` and its flow's name.
    """

    def __init__(self, clients: Clients, machines: Mapping[str, str], prefix: str = "") -> None:
        self._clients = clients
        self._machines = machines
        self._prefix = prefix

    def start(self, flow: str, name: str, variables: dict[str, object]) -> bool:
        """Start a run under its name; False if that name has run before (names are kept 90 days)."""
        try:
            with translated("start a run"):
                self._clients.stepfunctions.start_execution(
                    stateMachineArn=self._arn(flow), name=name, input=json.dumps(variables)
                )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def _arn(self, flow: str) -> str:
        return self._machines.get(flow) or f"{self._prefix}{flow.replace('_', '-')}"
