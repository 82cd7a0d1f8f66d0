"""MiniStack as a program, corrected in five points where flows would otherwise run differently than on AWS.

* AWS reports a raised exception under its class's name, which is what Retry and Catch match, and keeps the execution
  environment. MiniStack reports each as Runtime.HandlerError and kills the process. Here a worker hands the exception
  over as an answer, and on this side of the pipe the answer becomes the error again.
* A Succeed state's JSONata ``Output`` is ignored there.
* AWS starts a hundred environments in the time that two cores take for one. Calls wait here for their turn instead of
  starting a process each; none of our Lambdas calls another one, so none can wait for itself.
* Five minutes are the twelfth of a second at an hour a second, and the way of a request takes real time. So how old a
  signature may be is stretched by as much as time is sped up, in the doors that judge signatures.
* Each process unpacks its layer anew there and compiles it again, which takes seconds. Here archives are unpacked once,
  and the byte code that the first process writes serves all others.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import lambda_svc, stepfunctions

from local.clock import VARIABLE

LAMBDAS_AT_ONCE = 6
LAMBDAS_OF_ONE_NAME = 3
DOORS = ("receive_webhook", "enrol_shop")

_TOLD = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_TOLD_AS_ANSWER = (
    '{"status": "ok", "result": None, "raised": {"errorMessage": str(e), "errorType": type(e).__name__,'
    ' "requestId": context.aws_request_id, "stackTrace": traceback.format_exc().splitlines()}}'
)
_raised = threading.local()

PATIENCE = {
    "cartback.shops.generic": ("TOLERANCE_SECONDS",),
    "cartback.shops.stripe": ("TOLERANCE_SECONDS",),
    "cartback.shops.shopware": ("OLDEST", "AHEAD"),
    "cartback.shops.shopware.ceremony": ("TOLERANCE", "PENDING_FOR", "PREVIOUS_FOR"),
}
"""The constants that say how long a request may be under way, by their modules."""
_LOADED = "        handler_fn = getattr(mod, handler_name)\n"
_LOADED_AND_PATIENT = f"""{_LOADED}
        _speed = float(os.environ["{VARIABLE}"].partition("@")[0])
        for _name, _constants in {PATIENCE!r}.items() if module_name in {DOORS!r} else ():
            _module = importlib.import_module(_name)
            for _constant in _constants:
                setattr(_module, _constant, getattr(_module, _constant) * _speed)
"""


def correct_lambdas() -> None:
    """Name exceptions and take turns. Raises RuntimeError if MiniStack's source is not the one we know."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_TOLD) != 1:
        raise RuntimeError(
            "this MiniStack reports a Lambda's exceptions in another way: see local/emulator.py"
        )
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_TOLD, _TOLD_AS_ANSWER)
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm
    turns = threading.BoundedSemaphore(LAMBDAS_AT_ONCE)
    turns_of: dict[str, threading.BoundedSemaphore] = {}

    def invoke_and_note(worker: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        answer = invoke(worker, *args, **kwargs)
        _raised.error = answer.get("raised")
        return answer

    def execute_and_tell(func: Any, event: Any, request_id: str) -> dict[str, Any]:
        _raised.error = None
        name = (func.get("config") or func).get("FunctionName", "")
        own = turns_of.setdefault(name, threading.BoundedSemaphore(LAMBDAS_OF_ONE_NAME))
        with own, turns:
            result = execute(func, event, request_id)
        if _raised.error is None:
            return result
        trace = "\n".join(_raised.error["stackTrace"])
        return {"body": _raised.error, "error": True, "log": f"{result.get('log', '')}\n{trace}"}

    lambda_runtime.Worker.invoke = invoke_and_note
    lambda_svc._execute_function_warm = execute_and_tell


class Archive(zipfile.ZipFile):
    """A zip file that is unpacked once, however often it is asked for: later places are links to the first."""

    unpacking = threading.Lock()

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Put the content at ``path``, an empty folder."""
        digest = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()[:16]
        shared = Path(tempfile.gettempdir()) / f"unpacked-{digest}"
        with self.unpacking:
            if not shared.exists():
                fresh = shared.with_suffix(".part")
                shutil.rmtree(fresh, ignore_errors=True)
                super().extractall(fresh, members, pwd)
                fresh.rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared)


def correct_patience() -> None:
    """Stretch the age of signatures. Raises RuntimeError if MiniStack's source is not the one we know."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_LOADED) != 1:
        raise RuntimeError("this MiniStack loads Lambdas in another way: see local/emulator.py")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_LOADED, _LOADED_AND_PATIENT)


def correct_unpacking() -> None:
    """Let all processes of a function share its unpacked archives."""
    lambda_runtime.zipfile = SimpleNamespace(ZipFile=Archive, BadZipFile=zipfile.BadZipFile)


def correct_succeed_states() -> None:
    """Evaluate the Output of a Succeed state."""
    output_path = stepfunctions._apply_output_path

    def output(state: dict[str, Any], data: Any, context: Any = None) -> Any:
        if (
            state.get("Type") == "Succeed"
            and stepfunctions._state_query_language(state, context) == "JSONata"
        ):
            return stepfunctions._apply_jsonata_output(state, data, context, default=data)
        return output_path(state, data, context)

    stepfunctions._apply_output_path = output


if __name__ == "__main__":
    correct_lambdas()
    correct_patience()
    correct_unpacking()
    correct_succeed_states()
    app.main()
