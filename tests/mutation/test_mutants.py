"""The breaker of rules, tested: what it changes, what it leaves alone, and that a change is really met."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from cartback.domain.messaging import budget
from tests.mutation.operators import mutants_of, mutated
from tests.mutation.run import modules
from tests.mutation.transplant import transplant
from tests.mutation.trials import source_of

HOUSE = '''
from dataclasses import dataclass
LIMIT = 3
DOUBLE = LIMIT * 2
@dataclass(frozen=True, slots=True)
class Room:
    """Where people are."""
    seats: int = 5
    @property
    def is_full(self) -> bool:
        return self.seats > LIMIT
def asked(room: Room, more: int = 1) -> int:
    return room.seats + more
'''


def changed(source: str) -> set[str]:
    return {mutant.what for mutant in mutants_of(source)}


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("def f(a, b):\n return a < b", {"a < b → a <= b", "a < b → a >= b", "return a < b → None"}),
        ("x = a and b", {"a and b → a or b", "without a", "without b"}),
        ("x = not a", {"not a → a"}),
        ("x = a + 1", {"a + 1 → a - 1", "1 → 2"}),
        ("x = True", {"True → False"}),
        ("x = 'word'", {"'word' → ''"}),
        ("x = max(a, b)", {"max → min"}),
        ("x = f(a, b=c)", {"f without b="}),
        ("x = {'a': b, **c}", {"dict without 'a'", "dict without **c"}),
        ("x = [a for a in b if c]", {"if c → if not"}),
        ("def f():\n for a in b:\n  continue", {"without continue"}),
        ("def f(a):\n a = b(a)", {"without a = b(a)"}),
        ("def f():\n if a:\n  return b", {"if a → if not", "return b → None", "without return b"}),
        ("def f():\n if a:\n  raise E('why')", {"if a → if not", "without raise E('why')"}),
    ],
)
def test_a_line_is_changed_in_each_way_in_which_it_may_be_wrong(source, what):
    assert changed(source) == what


@pytest.mark.parametrize(
    "source",
    [
        '"""What it is about."""',
        "from a import b",
        "x: Literal['word']",
        "def f(a: Literal[1]) -> Literal[2]: pass",
        "@wrapped(times=2)\ndef f(): pass",
        "if TYPE_CHECKING:\n x = 1",
        f"WORDS = {set('abcdefghijklmnopqrst')!r}",
        "def f():\n a = b",
    ],
)
def test_what_is_no_behaviour_is_left_alone(source):
    assert changed(source) == set()


def test_each_mutant_of_a_module_of_the_house_compiles_and_differs_from_it():
    source = source_of(budget)
    for mutant in mutants_of(source):
        statement = mutated(source, mutant)
        compile(ast.Module([statement], []), "mutant", "exec")
        assert ast.unparse(statement) != ast.unparse(ast.parse(source).body[mutant.statement])


@pytest.fixture
def house() -> Iterator[ModuleType]:
    """A small module that is loaded like one of the house's."""
    module = ModuleType("tests.mutation.house")
    module.__file__ = "house.py"
    sys.modules[module.__name__] = module
    exec(HOUSE, vars(module))
    yield module
    del sys.modules[module.__name__]


def change(module: ModuleType, what: str) -> None:
    (mutant,) = [each for each in mutants_of(HOUSE) if each.what == what]
    transplant(module, mutated(HOUSE, mutant), ast.parse(HOUSE))


def test_who_holds_a_function_already_gets_its_changed_body(house):
    held = house.asked
    change(house, "room.seats + more → room.seats - more")
    assert held(house.Room()) == 4


def test_the_default_of_an_argument_is_changed_too(house):
    held = house.asked
    change(house, "1 → 2")
    assert held(house.Room()) == 7


def test_the_default_of_a_field_is_what_the_next_row_has(house):
    held = house.Room
    change(house, "5 → 6")
    assert held().seats == 6


def test_a_method_of_a_frozen_row_is_changed_for_the_rows_that_exist(house):
    room = house.Room(3)
    change(house, "self.seats > LIMIT → self.seats >= LIMIT")
    assert room.is_full


def test_a_changed_value_reaches_who_imported_it_and_what_was_computed_of_it(house):
    other = ModuleType("tests.mutation.importer")
    other.LIMIT = house.LIMIT
    sys.modules[other.__name__] = other
    change(house, "3 → 4")
    del sys.modules[other.__name__]
    assert (house.LIMIT, house.DOUBLE, other.LIMIT) == (4, 8, 4)


def test_a_change_keeps_classes_the_same_so_that_rows_stay_equal(house):
    before = house.Room(1)
    change(house, "5 → 6")
    assert house.Room(1) == before


def test_the_whole_domain_and_the_claim_code_are_broken():
    assert {
        "flows/cart_recovery.py",
        "domain/trade/cart.py",
        "domain/messaging/timing.py",
        "usecases/messaging/send_message.py",
        "store/messaging/ledger.py",
    } <= {*modules()}
