"""MiniStack as a program, its Lambdas corrected in one point where flows would otherwise differ from AWS.

AWS reports a raised exception under its class's name, which is what Retry and Catch blocks match, and keeps the
execution environment. MiniStack reports every one as Runtime.HandlerError and kills the process. So here a worker
hands the exception over as an answer, and the answer becomes the error again on this side of the pipe.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_TOLD = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_TOLD_AS_ANSWER = (
    '{"status": "ok", "result": None, "raised": {"errorMessage": str(e), "errorType": type(e).__name__,'
    ' "requestId": context.aws_request_id, "stackTrace": traceback.format_exc().splitlines()}}'
)
_raised = threading.local()


def correct() -> None:
    """Teach this process's MiniStack the names of exceptions. Raises RuntimeError if its source has changed."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_TOLD) != 1:
        raise RuntimeError(
            "this MiniStack reports a Lambda's exceptions in another way: see local/emulator.py"
        )
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_TOLD, _TOLD_AS_ANSWER)
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def invoke_and_note(worker: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        answer = invoke(worker, *args, **kwargs)
        _raised.error = answer.get("raised")
        return answer

    def execute_and_tell(func: Any, event: Any, request_id: str) -> dict[str, Any]:
        _raised.error = None
        result = execute(func, event, request_id)
        if _raised.error is None:
            return result
        trace = "\n".join(_raised.error["stackTrace"])
        return {"body": _raised.error, "error": True, "log": f"{result.get('log', '')}\n{trace}"}

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_tell


if __name__ == "__main__":
    correct()
    app.main()
