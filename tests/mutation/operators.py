"""What may be wrong in a line: small changes of one syntax node, each of which a test should notice.

Comparisons, boolean operands, arithmetic, constants, arguments by name, entries of a dict, results and statements
that are left out. Annotations, docstrings, decorators, words of an exception and long tables of plain data are not
touched: nobody promises anything by them, or the change would only ask whether the table was typed twice.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_LIST = 12
"""A literal with more plain entries than this is a table of data."""

Step = tuple[str, int | None]
Change = tuple[str, ast.AST]
"""What a change is called, and the node that takes the place of the old one."""

_ORDER = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
_OTHERWISE = {
    **_ORDER,
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
_TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: in which module-level statement, on the way to which node, and what it says."""

    line: int
    column: int
    what: str
    statement: int
    path: tuple[Step, ...]
    number: int
    lines: tuple[int, int]
    """The lines that a test has to run to meet it: the innermost statement, or the head of one that has a body."""

    def __str__(self) -> str:
        return f"{self.line}:{self.column} {self.what}"


def mutants_of(source: str) -> list[Mutant]:
    """All changes of a module, in the order of its lines."""
    tree = ast.parse(source)
    found = []
    for number, statement in enumerate(tree.body):
        if _is_silent(statement):
            continue
        for path, node, around in _walk(statement, (), ()):
            for which, (what, _) in enumerate(changes(node, around)):
                told = (node.lineno, node.col_offset) if hasattr(node, "lineno") else (statement.lineno, 0)
                found.append(Mutant(*told, what, number, path, which, _met_by(node, around)))
    return sorted(found, key=lambda each: (each.line, each.column, each.path, each.number))


def mutated(source: str, mutant: Mutant) -> ast.stmt:
    """The module-level statement as the change leaves it."""
    statement = copy.deepcopy(ast.parse(source).body[mutant.statement])
    around: list[ast.AST] = []
    node: ast.AST = statement
    for name, index in mutant.path:
        around.append(node)
        node = getattr(node, name) if index is None else getattr(node, name)[index]
    _, new = list(changes(node, tuple(around)))[mutant.number]
    ast.copy_location(new, node)
    if mutant.path:
        name, index = mutant.path[-1]
        if index is None:
            setattr(around[-1], name, new)
        else:
            getattr(around[-1], name)[index] = new
    return ast.fix_missing_locations(statement)


def changes(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[Change]:
    """What may take the place of one node."""
    match node:
        case ast.Compare():
            yield from _comparisons(node)
        case ast.BoolOp():
            yield from _operands(node)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield f"{_told(node)} → {_told(node.operand)}", node.operand
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _ARITHMETIC:
            other = copy.copy(node)
            other.op = _ARITHMETIC[type(node.op)]()
            yield f"{_told(node)} → {_told(other)}", other
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node)
        case ast.Dict():
            yield from _entries(node)
    if isinstance(node, ast.stmt):
        yield from _statements(node, around)
    if _is_condition_of(node, around) and not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield f"if {_told(node)} → if not", ast.UnaryOp(ast.Not(), node)


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for place, operator in enumerate(node.ops):
        for other in _OTHERWISE[type(operator)]:
            new = ast.Compare(
                node.left, [*node.ops[:place], other(), *node.ops[place + 1 :]], node.comparators
            )
            yield f"{_told(node)} → {_told(new)}", new


def _operands(node: ast.BoolOp) -> Iterator[Change]:
    swapped = ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield f"{_told(node)} → {_told(swapped)}", swapped
    for place, value in enumerate(node.values):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield f"without {_told(value)}", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _constants(node: ast.Constant) -> Iterator[Change]:
    match node.value:
        case bool():
            yield f"{node.value} → {not node.value}", ast.Constant(not node.value)
        case int():
            yield f"{node.value} → {node.value + 1}", ast.Constant(node.value + 1)
        case str():
            other = "" if node.value else "§"
            yield f"{_told(node)} → {other!r}", ast.Constant(other)


def _calls(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and node.func.id in _TWINS:
        twin = ast.copy_location(ast.Name(_TWINS[node.func.id], ast.Load()), node.func)
        yield f"{node.func.id} → {twin.id}", ast.Call(twin, node.args, node.keywords)
    for place, given in enumerate(node.keywords):
        if given.arg is not None:
            rest = [*node.keywords[:place], *node.keywords[place + 1 :]]
            yield f"{_told(node.func)} without {given.arg}=", ast.Call(node.func, node.args, rest)


def _entries(node: ast.Dict) -> Iterator[Change]:
    if len(node.keys) > LONGEST_LIST:
        return
    for place, key in enumerate(node.keys):
        keys = [*node.keys[:place], *node.keys[place + 1 :]]
        values = [*node.values[:place], *node.values[place + 1 :]]
        said = _told(key) if key is not None else f"**{_told(node.values[place])}"
        yield f"dict without {said}", ast.Dict(keys, values)


def _statements(node: ast.stmt, around: tuple[ast.AST, ...]) -> Iterator[Change]:
    inside = any(isinstance(each, ast.FunctionDef) for each in around)
    if not inside:
        return
    match node:
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield f"return {_told(value)} → None", ast.Return(ast.Constant(None))
            if not isinstance(around[-1], ast.FunctionDef):
                yield f"without return {_told(value)}", ast.Pass()
        case ast.Return() if not isinstance(around[-1], ast.FunctionDef):
            yield "without return", ast.Pass()
        case ast.Continue() | ast.Break() | ast.Raise():
            yield f"without {_told(node)}", ast.Pass()
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign():
            yield f"without {_told(node)}", ast.Pass()
        case ast.Assign(targets=[target]) if _was_known(target, node, around):
            yield f"without {_told(node)}", ast.Pass()


def _was_known(target: ast.expr, node: ast.Assign, around: tuple[ast.AST, ...]) -> bool:
    """Whether leaving the assignment out leaves an older value; else it is a NameError that any test would meet."""
    if not isinstance(target, ast.Name):
        return isinstance(target, ast.Attribute | ast.Subscript)
    function = next(each for each in reversed(around) if isinstance(each, ast.FunctionDef))
    arguments = {each.arg for each in (*function.args.args, *function.args.kwonlyargs)}
    before = {
        each.id
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.lineno < node.lineno
    }
    return target.id in arguments | before


def _walk(
    node: ast.AST, path: tuple[Step, ...], around: tuple[ast.AST, ...]
) -> Iterator[tuple[tuple[Step, ...], ast.AST, tuple[ast.AST, ...]]]:
    yield path, node, around
    for name, value in ast.iter_fields(node):
        if name in _unread(node):
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not _is_silent(child):
                yield from _walk(child, (*path, (name, index)), (*around, node))


def _unread(node: ast.AST) -> set[str]:
    """The fields of a node that are no behaviour, or that another change of the same node speaks for."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            return {"decorator_list", "returns", "type_params", "bases", "keywords"}
        case ast.AnnAssign() | ast.arg():
            return {"annotation"}
        case ast.Raise():
            return {"exc", "cause"}
        case ast.FormattedValue():
            return {"format_spec"}
        case ast.Dict():
            return {"keys"}
        case ast.Set() | ast.List() | ast.Tuple() if len(node.elts) > LONGEST_LIST:
            return {"elts"}
        case ast.Call(func=ast.Name(id="cast" | "field" | "TypeVar" | "isinstance")):
            return {"args", "keywords"}
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile")):
            return {"args"}
    return set()


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.Global():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")]):
            return True
    return False


def _is_condition_of(node: ast.AST, around: tuple[ast.AST, ...]) -> bool:
    if not around:
        return False
    match around[-1]:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return test is node
        case ast.comprehension(ifs=ifs):
            return node in ifs
    return False


def _met_by(node: ast.AST, around: tuple[ast.AST, ...]) -> tuple[int, int]:
    statement = next(each for each in (node, *reversed(around)) if isinstance(each, ast.stmt))
    body = getattr(statement, "body", None)
    last = statement.end_lineno
    if body and isinstance(statement, ast.If | ast.For | ast.While | ast.With | ast.Try):
        last = max(statement.lineno, body[0].lineno - 1)
    return statement.lineno, last


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _told(node: ast.AST) -> str:
    said = " ".join(ast.unparse(node).split())
    return said if len(said) <= 60 else f"{said[:59]}…"
