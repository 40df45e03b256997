"""Rules of the code that an import contract cannot say."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import waapp

ROOT = Path(waapp.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
QT_ALLOWED = ("gui/", "loop.py", "app.py", "__main__.py")
# The pool owns those that open and hand back connections whose borrowers were cancelled; a loop owns what it runs.
TASKS_ALLOWED = ("gui/aio.py", "engine/", "db/feed.py", "db/engine.py", "loop.py")
NOT_IN_GUI = {"sqlalchemy", "psycopg", "twilio"}


def place(module: Path) -> str:
    return module.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


# What is due is due by the database's clock, what is paced by the monotonic one.
OUR_CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
NO_CLOCK_OF_OURS = ("core/", "db/", "engine/")


def task_groups(tree: ast.AST) -> set[str]:
    """Return the names under which a module opens task groups: tasks in them have an owner."""
    return {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if isinstance(item.context_expr, ast.Call)
        and ast.unparse(item.context_expr.func) == "asyncio.TaskGroup"
        and isinstance(item.optional_vars, ast.Name)
    }


def broken_rules(source: str, where: str) -> list[str]:
    """Return the rules that a module's source breaks."""
    tree = ast.parse(source)
    imported = set(imports(tree))
    found = []
    if "PySide6" in imported and not where.startswith(QT_ALLOWED):
        found.append("Qt belongs to the window")
    if where.startswith("gui/") and imported & NOT_IN_GUI:
        found.append("the window knows neither SQL nor Twilio")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if ast.unparse(node.func) in OUR_CLOCK and where.startswith(NO_CLOCK_OF_OURS):
                found.append(f"line {node.lineno}: this computer's clock may be wrong by hours")
            if called in {"exec", "exec_"}:
                found.append(f"line {node.lineno}: a nested event loop")
            if called == "wait_for":
                found.append(f"line {node.lineno}: wait_for drops cancellations until Python 3.12")
            owned = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in task_groups(tree)
            if (
                called in {"create_task", "ensure_future"}
                and not owned
                and not where.startswith(TASKS_ALLOWED)
            ):
                found.append(f"line {node.lineno}: a task without an owner")
        if isinstance(node, ast.Name | ast.Attribute):
            used = node.attr if isinstance(node, ast.Attribute) else node.id
            if used in {"asyncSlot", "asyncClose"}:
                found.append(f"line {node.lineno}: asyncSlot drops its task")
    return found


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_module_keeps_the_rules(module: Path) -> None:
    assert broken_rules(module.read_text(encoding="utf-8"), place(module)) == []


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("import PySide6.QtCore", "db/engine.py"),
        ("asyncio.create_task(work())", "db/sends.py"),
        ("def f():\n    from PySide6 import QtCore", "engine/sender.py"),
        ("import sqlalchemy as sa", "gui/guests_page.py"),
        ("from twilio.rest import Client", "gui/send_page.py"),
        ("dialog.exec()", "gui/window.py"),
        ("due = datetime.now(UTC)", "engine/sender.py"),
        ("asyncio.create_task(work())", "app.py"),
        ("ensure_future(work())", "gui/window.py"),
        ("await asyncio.wait_for(event.wait(), 5)", "engine/sender.py"),
        ("@asyncSlot()\nasync def f(): ...", "gui/window.py"),
    ],
)
def test_the_rules_find_what_breaks_them(source: str, where: str) -> None:
    assert broken_rules(source, where)


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("from PySide6.QtCore import Qt", "gui/table.py"),
        ("asyncio.create_task(work())", "engine/sender.py"),
        ("group.create_task(work())", "db/feed.py"),
        (
            "async def f():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(g())",
            "app.py",
        ),
        ("dialog.open()", "gui/window.py"),
    ],
)
def test_the_rules_let_pass_what_keeps_them(source: str, where: str) -> None:
    assert broken_rules(source, where) == []
