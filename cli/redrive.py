"""Send a run on that failed: Step Functions' own redrive, which goes on at the state that failed."""

from __future__ import annotations

from botocore.exceptions import ClientError

from cartback.domain.errors import Refused
from cli.stack import Stack

_NOT_ANY_MORE = frozenset({"ExecutionNotRedrivable", "ExecutionDoesNotExist", "ExecutionLimitExceeded"})


def redriven(stack: Stack, flow: str, run: str) -> str:
    """Redrive a run by its flow and name; gives the execution. Raises Refused where that cannot be any more.

    Step Functions redrives for 14 days after a run ended, and goes on with the definition that it began with.
    """
    output = f"{flow.title().replace('_', '')}Arn"
    machine = stack.outputs.get(output) or f"{stack['FlowPrefix']}{flow.replace('_', '-')}"
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{run}"
    try:
        stack.clients.stepfunctions.redrive_execution(executionArn=execution)
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] in _NOT_ANY_MORE:
            raise Refused(f"{run}: {said['Message']}") from error
        raise
    return execution
