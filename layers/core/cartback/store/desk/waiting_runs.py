"""Runs that wait for an answer, in Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients

_OVER = frozenset({"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"})


class StepFunctionsAnswers:
    """The port ``WaitingRuns``."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def answer(self, token: str, word: dict[str, object]) -> bool:
        """See ``ports.WaitingRuns``."""
        try:
            with translated("answer a run"):
                self._clients.stepfunctions.send_task_success(taskToken=token, output=json.dumps(word))
        except ClientError as error:
            if error.response["Error"]["Code"] in _OVER:
                return False
            raise
        return True
