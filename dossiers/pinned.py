"""What the ledger pins of dossiers and tasks: their files, directions and answers word by word."""

import hashlib

from accounts import kept_files
from ledger import pins
from ledger.plain import plain


def digest_of(text: str) -> str:
    """The SHA-256 of a text as the ledger keeps it (NFC, UTF-8)."""
    return hashlib.sha256(plain(text).encode()).hexdigest()


def pin_dossiers() -> None:
    """Register what is pinned, and the tables that name files."""
    for label in ("dossiers.Attachment", "dossiers.TaskFile"):
        kept_files.keep(label)
    for kind in (*_FILES, _DIRECTION, _REPORT, _CONCLUSION, _NOTICE):
        pins.register(kind)


_FILES = (
    pins.files(
        "attachment",
        "dossiers.Attachment",
        "file_attached",
        owner=lambda file: file.dossier.code,
        related=("dossier",),
    ),
    pins.files(
        "task file",
        "dossiers.TaskFile",
        "task_file_attached",
        owner=lambda file: file.report.task.code,
        related=("report__task",),
    ),
)
#: Rows of imported history are named together by the entry of their dossier.
_DIRECTION = pins.Kind(
    name="direction",
    model="dossiers.Direction",
    actions=("explanation_directed",),
    key=lambda event: (event.object_code, event.after["round"]),
    key_of=lambda row: (row.dossier.code, row.round),
    select=lambda rows, keys: rows.filter(dossier__code__in={code for code, _round in keys}),
    said=lambda event: {
        "kind": event.after["kind"],
        "text": event.after["text"],
        "by": event.actor_id,
        "at": plain(event.at),
    },
    facts=lambda row: {
        "kind": row.kind,
        "text": plain(row.text),
        "by": row.by_id,
        "at": plain(row.at),
    },
    related=("dossier",),
    named={"dossier__imported_batch": None},
)
_REPORT = pins.Kind(
    name="report",
    model="dossiers.Report",
    actions=("report_sent",),
    key=lambda event: (event.object_code, event.after["round"]),
    key_of=lambda row: (row.direction.dossier.code, row.direction.round),
    select=lambda rows, keys: rows.filter(
        direction__dossier__code__in={code for code, _round in keys}
    ),
    said=lambda event: {
        "ref": event.after["ref"],
        "late_reason": event.reason,
        "sent_at": event.after["met_at"],
        "by": event.actor_id,
        **{name: event.after[name] for name in ("sha256",) if name in event.after},
    },
    facts=lambda row: {
        "ref": row.ref,
        "late_reason": plain(row.late_reason),
        "sent_at": plain(row.sent_at),
        "by": row.sent_by_id,
        "sha256": digest_of(row.text),
    },
    related=("direction__dossier",),
    named={"direction__dossier__imported_batch": None, "sent_at__isnull": False},
)
_CONCLUSION = pins.Kind(
    name="conclusion",
    model="dossiers.Conclusion",
    actions=("dossier_concluded",),
    key=lambda event: event.object_code,
    key_of=lambda row: row.dossier.code,
    select=lambda rows, keys: rows.filter(dossier__code__in=keys),
    said=lambda event: {
        "text": event.after["text"],
        "by": event.actor_id,
        "at": plain(event.at),
    },
    facts=lambda row: {"text": plain(row.text), "by": row.by_id, "at": plain(row.at)},
    related=("dossier",),
)
_NOTICE = pins.Kind(
    name="notice",
    model="dossiers.Notice",
    actions=("notice_issued",),
    key=lambda event: event.object_code,
    key_of=lambda row: row.conclusion.dossier.code,
    select=lambda rows, keys: rows.filter(conclusion__dossier__code__in=keys),
    said=lambda event: {
        "ref": event.after["ref"],
        "issued_on": event.after["issued_on"],
        "late_reason": event.reason,
        "by": event.actor_id,
        "at": plain(event.at),
    },
    facts=lambda row: {
        "ref": row.ref,
        "issued_on": plain(row.issued_on),
        "late_reason": plain(row.late_reason),
        "by": row.by_id,
        "at": plain(row.at),
    },
    related=("conclusion__dossier",),
)
