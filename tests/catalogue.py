"""The Vietnamese catalogue: what the code says, what is translated, and the compiled file.

``python -m tests.catalogue`` (``make messages``) adds the messages that the catalogue lacks, drops
those that nobody says any more, and compiles. It needs no gettext programs.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import polib
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po"
APPS = (
    "config",
    "dashboards",
    "inspections",
    "dossiers",
    "deadlines",
    "documents",
    "accounts",
    "agencies",
)
#: Function → positions of context, message and plural among its arguments.
CALLS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}


@dataclass(frozen=True, order=True)
class Message:
    """A message as the code says it."""

    msgid: str
    context: str = ""
    plural: str = ""


def said() -> dict[Message, str]:
    """Every message of code and templates, with the file that says it first."""
    found: dict[Message, str] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                _collect(found, path, path.read_text())
    for path in sorted((ROOT / "templates").rglob("*.html")):
        _collect(found, path, _as_code(path.read_text()))
    return found


def write() -> None:
    """Bring the catalogue up to date and compile it."""
    catalogue = polib.pofile(str(PO)) if PO.exists() else polib.POFile()
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "vi",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    messages = said()
    kept = {Message(e.msgid, e.msgctxt or "", e.msgid_plural): e for e in catalogue}
    catalogue.clear()
    for message, place in sorted(messages.items(), key=lambda item: (item[1], item[0])):
        entry = kept.get(message) or polib.POEntry(
            msgid=message.msgid,
            msgctxt=message.context or None,
            msgid_plural=message.plural,
            msgstr="" if not message.plural else "",
            msgstr_plural={0: ""} if message.plural else {},
        )
        entry.occurrences = [(place, "")]
        entry.flags = ["python-format"] if "%(" in message.msgid else []
        catalogue.append(entry)
    catalogue.save(str(PO))
    PO.with_suffix(".mo").write_bytes(catalogue.to_binary())


def translation(entry: polib.POEntry) -> str:
    """The Vietnamese text of an entry; Vietnamese has one form for every number."""
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr


def placeholders(text: str) -> set[str]:
    """The names in %(name)s of a message."""
    return set(re.findall(r"%\((\w+)\)", text))


def _collect(found: dict[Message, str], path: Path, code: str) -> None:
    place = str(path.relative_to(ROOT))
    for message in _messages(ast.parse(code)):
        found.setdefault(message, place)


def _messages(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in CALLS:
            continue
        context, message, plural = (
            "" if place is None else _text(node, place) for place in CALLS[name]
        )
        if message:
            yield Message(message, context, plural)


def _text(node: ast.Call, place: int) -> str:
    value = node.args[place] if place < len(node.args) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _as_code(template: str) -> str:
    """Only the calls that Django's own extractor finds in a template, one a line."""
    calls = re.findall(
        r"\b(?:gettext|ngettext|pgettext|npgettext|_)\((?:[^()'\"]|u?'(?:\\.|[^'\\])*'|"
        r'u?"(?:\\.|[^"\\])*")*\)',
        templatize(template),
    )
    return "\n".join(call.replace(",count)", ",1)") for call in calls)


if __name__ == "__main__":
    django.setup()
    write()
    missing = [e.msgid for e in polib.pofile(str(PO)) if not translation(e)]
    print(f"{len(said())} messages, {len(missing)} not translated")
    print("\n".join(missing))
