"""Finds SQL that is put together from texts, by the syntax tree: whatever name the function goes by."""

import ast
from collections.abc import Iterator, Sequence

# What takes SQL in words, wherever it is imported from in SQLAlchemy.
IN_WORDS = frozenset({"text", "literal_column", "DDL"})
# Methods that always take SQL in words, and methods that take words or a statement.
WORDS = frozenset({"exec_driver_sql", "executescript"})
EITHER = frozenset({"execute", "executemany", "scalar", "scalars", "stream", "stream_scalars"})
# Methods by which a text is made of others.
MAKING = frozenset({"format", "format_map", "join", "replace", "removeprefix", "removesuffix"})


def built_statements(tree: ast.Module) -> Iterator[int]:
    """The lines on which a statement is not one constant text."""
    nodes = list(ast.walk(tree))
    names, modules = _aliases(nodes)
    texts = _assigned(nodes)
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        said = call.args[0] if call.args else next((one.value for one in call.keywords), None)
        if said is None:
            continue
        in_words = _is_in_words(call.func, names, modules)
        if (in_words and not _constant(said, texts)) or (_is_either(call.func) and _built(said, texts)):
            yield call.lineno


def _aliases(nodes: Sequence[ast.AST]) -> tuple[set[str], set[str]]:
    """What `text` and its like are called in this file, and what SQLAlchemy's modules are."""
    names, modules = set(), set()
    for node in nodes:
        if isinstance(node, ast.Import):
            modules |= {(one.asname or one.name).split(".")[0] for one in node.names if _is_ours(one.name)}
        elif isinstance(node, ast.ImportFrom) and _is_ours(node.module or ""):
            names |= {one.asname or one.name for one in node.names if one.name in IN_WORDS}
            modules |= {one.asname or one.name for one in node.names if one.name not in IN_WORDS}
    for node in nodes:
        # say = text
        if isinstance(node, ast.Assign) and _is_in_words(node.value, names, modules):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names, modules


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in ("sqlalchemy", "alembic")


def _is_in_words(function: ast.expr, names: set[str], modules: set[str]) -> bool:
    if isinstance(function, ast.Name):
        return function.id in names
    if not isinstance(function, ast.Attribute):
        return False
    root: ast.expr = function
    while isinstance(root, ast.Attribute):
        root = root.value
    of_module = isinstance(root, ast.Name) and root.id in modules
    return function.attr in WORDS or (function.attr in IN_WORDS and of_module)


def _is_either(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr in EITHER


def _assigned(nodes: Sequence[ast.AST]) -> dict[str, list[ast.expr]]:
    """Every name with all that is ever put into it; of a parameter nothing is known."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
            found.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            sum_ = ast.BinOp(left=ast.Constant(""), op=node.op, right=node.value)
            found.setdefault(node.target.id, []).append(sum_)
    return found


def _constant(said: ast.expr, texts: dict[str, list[ast.expr]], deep: int = 5) -> bool:
    """One text as it stands in the source, or a name that never holds anything else."""
    if isinstance(said, ast.Name) and deep:
        return said.id in texts and all(_constant(one, texts, deep - 1) for one in texts[said.id])
    return isinstance(said, ast.Constant)


def _built(said: ast.expr, texts: dict[str, list[ast.expr]], deep: int = 5) -> bool:
    """A text made of others; a statement of SQLAlchemy's own is none."""
    if isinstance(said, ast.Name) and deep:
        return any(_built(one, texts, deep - 1) for one in texts.get(said.id, []))
    if isinstance(said, ast.JoinedStr):
        return True
    if isinstance(said, ast.BinOp) and isinstance(said.op, ast.Add | ast.Mod):
        return any(_is_text(side, texts, deep) for side in (said.left, said.right))
    made = isinstance(said, ast.Call) and isinstance(said.func, ast.Attribute) and said.func.attr in MAKING
    return made and _is_text(said.func.value, texts, deep)


def _is_text(said: ast.expr, texts: dict[str, list[ast.expr]], deep: int) -> bool:
    if isinstance(said, ast.Name) and deep:
        return any(_is_text(one, texts, deep - 1) for one in texts.get(said.id, []))
    return (isinstance(said, ast.Constant) and isinstance(said.value, str)) or _built(said, texts, deep)
