"""Who may know whom, and how the rooms are kept: read from the syntax of every file."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cartback import ports
from tests.laws.reading import FUNCTIONS, PACKAGE, ROOT, files, imports, name_of, syntax, under

# What each room of the package may know of the others. Its own files it knows anyway, but for shops.
_MAY_KNOW = {
    "domain": set(),
    "ports": {"domain"},
    "subjects": {"domain"},
    "flows": {"domain", "subjects"},
    "usecases": {"domain", "ports", "flows", "subjects"},
    "shops": {"domain", "ports"},
    "channels": {"domain", "ports"},
    "connectors": {"domain", "ports"},
    "store": {"domain", "ports"},
    "web": {"domain", "ports"},
    "texts": {"domain", "ports"},
}
# A door parses, calls one use case through wiring and answers; its answers may be pages, its inputs plain values.
_DOORS_MAY_KNOW = {"wiring", "usecases", "domain", "texts"}
_MAY_KNOW_BOTO = {"store", "channels"}
_NOT_PURE = set(
    "asyncio concurrent ctypes glob http io logging multiprocessing os pathlib random secrets shutil signal socket "
    "sqlite3 ssl subprocess sys tempfile threading time urllib.request uuid".split()
)
_ENVIRONMENT = {"environ", "getenv", "environb"}
_CLOCKS = {"now", "utcnow", "today"}
_VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "app", "main"}
# Tests are lists of sentences: they may run longer before they are two rooms.
_LONGEST_FILE, _LONGEST_TEST_FILE, _LONGEST_FUNCTION, _LONGEST_DOOR = 400, 400, 50, 45


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _rooms_known(path: Path) -> set[str]:
    named = (module.split(".") for module in imports(path))
    return {parts[1] for parts in named if parts[0] == "cartback" and len(parts) > 1}


_MODULES = [path for path in under(PACKAGE) if path.name != "__init__.py" or path.parent != PACKAGE]
_COMPOSITION = PACKAGE / "wiring.py"
"""One flat list of what is made of what: it grows with the house, and reads best in one piece."""
_EVERYWHERE = files(".py")


@pytest.mark.parametrize("path", _MODULES, ids=name_of)
def test_each_room_knows_only_the_rooms_below_it(path: Path):
    room = _room(path)
    if room == "wiring":
        return
    assert room in _MAY_KNOW, f"{room} is a room that the design does not have"
    assert _rooms_known(path) - {room} <= _MAY_KNOW[room]


def test_what_is_imported_by_a_name_that_is_put_together_is_of_the_same_room():
    ports = PACKAGE / "ports" / "__init__.py"  # names its own rooms, see there
    for path in (*_MODULES, *under(FUNCTIONS)):
        for call in ast.walk(syntax(path)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(
                ("import_module", "__import__")
            ):
                assert ast.unparse(call.args[0]).startswith("f'{__name__}.") or path == ports, name_of(path)


def test_each_name_of_the_ports_is_that_of_its_room():
    """What a type checker is told and what is loaded on first use are one list, and each name is in its room."""
    told = {
        alias.asname: node.module
        for node in ast.walk(syntax(PACKAGE / "ports" / "__init__.py"))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("cartback.")
        for alias in node.names
    }
    assert told == {name: f"cartback.{room}" for name, room in ports._ROOM_OF.items()}
    for name, room in told.items():
        assert getattr(ports, name) is getattr(import_module(room), name), name


@pytest.mark.parametrize("path", under(FUNCTIONS), ids=name_of)
def test_a_door_reaches_the_world_only_through_wiring(path: Path):
    assert _rooms_known(path) <= _DOORS_MAY_KNOW
    assert "wiring" in _rooms_known(path)


@pytest.mark.parametrize("folder", ["shops", "connectors"])
def test_adapters_of_outside_systems_never_know_each_other(folder: str):
    for path in under(PACKAGE / folder):
        below = path.relative_to(PACKAGE / folder).parts
        own = below[0].removesuffix(".py")
        named = {module.split(".")[2] for module in imports(path) if module.startswith(f"cartback.{folder}.")}
        assert named <= {own}, name_of(path)


def test_nothing_that_is_deployed_knows_the_operators_rooms_or_the_tests():
    forbidden = {"functions", "local", "cli", "tests", "bench"}
    doors = {path.stem for path in under(FUNCTIONS)}
    for path in (*under(PACKAGE), *under(FUNCTIONS)):
        tops = {module.split(".")[0] for module in imports(path)}
        assert not tops & (forbidden | doors), name_of(path)


def test_only_tests_know_tests():
    for path in _EVERYWHERE:
        if not path.is_relative_to(ROOT / "tests"):
            assert "tests" not in {module.split(".")[0] for module in imports(path)}, name_of(path)


def test_only_the_store_and_the_channels_know_boto():
    for path in (*_MODULES, *under(FUNCTIONS)):
        tops = {module.split(".")[0] for module in imports(path)}
        if tops & {"boto3", "botocore"}:
            assert path.is_relative_to(PACKAGE), name_of(path)
            assert _room(path) in _MAY_KNOW_BOTO, name_of(path)


def test_only_the_web_room_opens_connections_of_its_own():
    """One place for outgoing HTTP: its cautions are nobody's to forget."""
    for path in (*_MODULES, *under(FUNCTIONS)):
        tops = set(imports(path))
        if tops & {"urllib3", "http.client", "socket", "ssl", "urllib.request", "requests", "httpx"}:
            assert _room(path) == "web", name_of(path)


def test_only_wiring_reads_the_environment():
    readers = {
        name_of(path)
        for path in (*under(PACKAGE), *under(FUNCTIONS))
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in _ENVIRONMENT
    } | {
        name_of(path)
        for path in (*under(PACKAGE), *under(FUNCTIONS))
        if {f"os.{name}" for name in _ENVIRONMENT} & set(imports(path))
    }
    assert readers == {name_of(PACKAGE / "wiring.py")}


@pytest.mark.parametrize("path", under(PACKAGE / "domain"), ids=name_of)
def test_the_domain_is_pure_standard_library_and_pydantic(path: Path):
    modules = set(imports(path))
    tops = {module.split(".")[0] for module in modules}
    assert tops <= {*sys.stdlib_module_names, "pydantic", "pydantic_core", "cartback"}
    assert not modules & _NOT_PURE
    assert not tops & (_NOT_PURE - {"urllib.request"})


@pytest.mark.parametrize("room", ["domain", "usecases", "flows", "shops", "texts"])
def test_rules_take_the_time_as_an_argument_or_from_the_clock_port(room: str):
    for path in under(PACKAGE / room):
        for node in ast.walk(syntax(path)):
            call = node.func if isinstance(node, ast.Call) else node
            if isinstance(call, ast.Attribute) and call.attr in _CLOCKS:
                asked = ast.unparse(call.value)
                if node is call and asked.rpartition(".")[2] not in {"datetime", "date"}:
                    continue  # a field of that name
                assert asked == "self.clock", f"{name_of(path)}:{node.lineno} asks {asked} for the time"
        assert not {"time", "random", "secrets", "uuid"} & set(imports(path)), name_of(path)


def test_no_file_or_folder_has_a_vague_name():
    for path in files():
        parts = {Path(part).stem.lower() for part in path.relative_to(ROOT).parts}
        assert not parts & _VAGUE, name_of(path)


@pytest.mark.parametrize("path", [path for path in _EVERYWHERE if path != _COMPOSITION], ids=name_of)
def test_no_file_is_two_rooms(path: Path):
    longest = _LONGEST_TEST_FILE if path.is_relative_to(ROOT / "tests") else _LONGEST_FILE
    assert len(path.read_text().splitlines()) <= longest


@pytest.mark.parametrize("path", _EVERYWHERE, ids=name_of)
def test_no_function_is_longer_than_a_screen(path: Path):
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < _LONGEST_FUNCTION, f"{node.name} at line {node.lineno}"


@pytest.mark.parametrize("path", under(FUNCTIONS), ids=name_of)
def test_a_door_is_one_short_file_with_one_handler(path: Path):
    assert len(path.read_text().splitlines()) <= _LONGEST_DOOR
    public = [
        node.name
        for node in syntax(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    assert public == ["handler"]


def test_a_door_runs_nothing_when_it_is_imported():
    quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    for path in under(FUNCTIONS):
        for node in syntax(path).body:
            if isinstance(node, quiet) or (
                isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            ):
                continue
            assert isinstance(node, ast.Assign), f"{name_of(path)}:{node.lineno}"
            calls = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
            assert calls <= {"logging.getLogger"}, f"{name_of(path)}:{node.lineno}"


def test_only_the_edge_catches_everything_and_then_it_logs_or_raises_again():
    edge = PACKAGE / "domain" / "redaction.py"  # what every handler is wrapped in
    for path in (*under(PACKAGE), *under(FUNCTIONS)):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
                caught = {ast.unparse(each) for given in node.args for each in _alternatives(given)}
                assert not caught & {"Exception", "BaseException"}, f"{name_of(path)}:{node.lineno} swallows"
            if not isinstance(node, ast.ExceptHandler):
                continue
            named = (
                {"bare"} if node.type is None else {ast.unparse(each) for each in _alternatives(node.type)}
            )
            if named & {"bare", "Exception", "BaseException"}:
                assert path.is_relative_to(FUNCTIONS) or path == edge, f"{name_of(path)}:{node.lineno}"
                assert isinstance(node.body[-1], ast.Raise) or any(
                    isinstance(each, ast.Call) and ast.unparse(each.func) == "log.exception"
                    for each in ast.walk(node)
                ), f"{name_of(path)}:{node.lineno} swallows"


def _alternatives(caught: ast.expr) -> list[ast.expr]:
    if isinstance(caught, ast.Tuple):
        return caught.elts
    if isinstance(caught, ast.BinOp):
        return [*_alternatives(caught.left), *_alternatives(caught.right)]
    return [caught]
