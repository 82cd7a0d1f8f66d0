"""MiniStack as a program, corrected in points where flows would otherwise run differently than on AWS.

* It lives on virtual time, which waits for its work: see `local.emulated_time`.
* Its queues lose messages: an event source that clears away what it has worked off makes the queue's list anew, in a
  thread of its own, and what is sent into the old list meanwhile is gone. Here all of them take turns.

* AWS reports a raised exception under its class's name, which is what Retry and Catch match, and keeps the execution
  environment. MiniStack reports each as Runtime.HandlerError and kills the process. Here a worker hands the exception
  over as an answer, and on this side of the pipe the answer becomes the error again.
* A Succeed state's JSONata ``Output`` is ignored there.
* AWS starts a hundred environments in the time that two cores take for one. Calls wait here for their turn instead of
  starting a process each; none of our Lambdas calls another one, so none can wait for itself.
* A time-out there is about a function that hangs; here it would be about a machine that is slow. So a function, a task
  and an answer of AWS may take many times as long.
* Whoever signs a request by hand does so while time passes, and five minutes are half a second at ten minutes a second.
  So how old a signature may be is stretched by as much as time is sped up, in the doors that judge signatures.
* Each process unpacks its layer anew there and compiles it again, which takes seconds. Here archives are unpacked once,
  and the byte code that the first process writes serves all others.
"""

from __future__ import annotations

import hashlib
import inspect
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import eventbridge, lambda_svc, sns, sqs, stepfunctions

from local import emulated_time
from local.clock import VARIABLE
from local.work import Work

LAMBDAS_AT_ONCE = 6
LAMBDAS_OF_ONE_NAME = 3
SLOWER = 20
"""How many times as long as on AWS anything may take here before it counts as hanging."""
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
_LOADING = "        mod = importlib.import_module(module_name)\n"
_SLOWED_AND_LOADING = f"""
        from urllib3.util.timeout import Timeout as _Timeout
        _real_monotonic, _limit = time.monotonic, _Timeout.__init__
        time.monotonic = lambda: _real_monotonic() / {SLOWER}
        def _slower(seconds):
            return seconds * {SLOWER} if isinstance(seconds, (int, float)) else seconds
        def _limit_patiently(self, total=None, connect=60, read=60):
            _limit(self, _slower(total), _slower(connect), _slower(read))
        _Timeout.__init__ = _limit_patiently
{_LOADING}"""


def correct_lambdas(work: Work) -> None:
    """Name exceptions, take turns and say which function runs.

    Raises RuntimeError if MiniStack's source is not the one we know.
    """
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
        answer: dict[str, Any] = invoke(worker, *args, **kwargs)
        _raised.error = answer.get("raised")
        return answer

    def execute_and_tell(func: Any, event: Any, request_id: str) -> dict[str, Any]:
        _raised.error = None
        name = (func.get("config") or func).get("FunctionName", "")
        own = turns_of.setdefault(name, threading.BoundedSemaphore(LAMBDAS_OF_ONE_NAME))
        with work.under_way(f"function {name}"), own, turns:
            result: dict[str, Any] = execute(func, event, request_id)
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


def correct_queues() -> None:
    """Let senders, readers and event sources of queues take turns."""

    def in_turn(handle: Any) -> Any:
        if inspect.iscoroutinefunction(handle):

            async def asked_in_turn(*args: Any, **kwargs: Any) -> Any:
                with sqs._queues_lock:  # it waits for nothing inside: see emulated_time
                    return await handle(*args, **kwargs)

            return asked_in_turn

        def done_in_turn(*args: Any, **kwargs: Any) -> Any:
            with sqs._queues_lock:
                return handle(*args, **kwargs)

        return done_in_turn

    sqs._HANDLERS.update({name: in_turn(handle) for name, handle in sqs._HANDLERS.items()})
    sns._deliver_to_sqs = in_turn(sns._deliver_to_sqs)
    eventbridge._dispatch_to_sqs = in_turn(eventbridge._dispatch_to_sqs)


def correct_time_outs() -> None:
    """Let functions and tasks take longer."""
    make, run = lambda_runtime.Worker.__init__, stepfunctions._invoke_resource_with_timeout

    def make_patient(worker: Any, name: str, config: dict[str, Any], code: bytes) -> None:
        make(worker, name, {**config, "Timeout": config.get("Timeout", 3) * SLOWER}, code)

    def run_patiently(resource: str, data: Any, timeout: float) -> Any:
        return run(resource, data, timeout * SLOWER)

    lambda_runtime.Worker.__init__ = make_patient
    stepfunctions._invoke_resource_with_timeout = run_patiently


def correct_patience() -> None:
    """Stretch the age of signatures, and the patience with AWS and with shops.

    Raises RuntimeError if MiniStack's source is not the one we know.
    """
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(_LOADED) != 1 or script.count(_LOADING) != 1:
        raise RuntimeError("this MiniStack loads Lambdas in another way: see local/emulator.py")
    script = script.replace(_LOADING, _SLOWED_AND_LOADING)
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
    correct_lambdas(emulated_time.start())
    correct_queues()
    correct_time_outs()
    correct_patience()
    correct_unpacking()
    correct_succeed_states()
    app.main()
