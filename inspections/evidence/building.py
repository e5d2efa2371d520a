"""The verb of evidence packs: made in one press, entered in the ledger, handed out."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import filestore
from accounts.actors import Actor
from accounts.kept_files import CHANGED, MISSING, UNREADABLE
from accounts.refusals import NotAllowed
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from agencies.text import search_key
from documents import printing
from documents.forms.parts import clock, day_month_year
from documents.layout import NotPrinted, UnknownForm
from inspections.evidence import members, verifying, words
from inspections.evidence.gathering import Gathered, Kept, Scope, gather
from inspections.evidence.packing import NoRoomLeft, OtherBytes, Pack, SourceLost, pieces
from inspections.evidence.timeline import Told, printed
from inspections.evidence.verifying import MOST_BYTES
from ledger import recording

#: How packs are written; a later way says so.
FORM = 1
SCRIPT = "kiem_tra.py"


@dataclass(frozen=True, slots=True)
class Built:
    """A finished pack: its bytes, the SHA-256 of its manifest, what is in it and what is not."""

    file: BinaryIO
    name: str
    manifest: str
    limits: int
    entries: int
    files: int
    missing: int


def build(scope: Scope, *, by: Actor, now: datetime, most_bytes: int = MOST_BYTES) -> Built:
    """Make the pack in a temporary file that the caller closes, and enter that it was made.

    The same rows, person and instant give the same bytes. The entry holds the SHA-256 of the
    manifest; every record in the pack is entered as opened. Raises ``NotAllowed``, ``TooMuch`` and
    ``CalendarNotPublished``.
    """
    if not allows(by, "evidence_pack"):
        raise NotAllowed(_("Your post does not carry this right."))
    whole = gather(scope, by=by, now=now)
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    try:
        with translation.override(settings.LANGUAGE_CODE):  # papers speak Vietnamese to everybody
            built = _written(whole, target, by=by, now=now, most_bytes=most_bytes)
        _enter(whole, built, by, now)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return built


def script() -> bytes:
    """The verifying script as it travels in packs: the very text that the command runs."""
    return Path(verifying.__file__).read_bytes()


def _written(
    whole: Gathered, target: BinaryIO, *, by: Actor, now: datetime, most_bytes: int
) -> Built:
    scope, told = whole.scope, Told()
    seen: list[dict[str, Any]] = []
    pack = Pack(target, most_bytes=most_bytes)
    pack.add(SCRIPT, [script()])
    pack.add("doc-truoc.txt", [_read_me(scope, by, now).encode()])
    data = pack.add("thoi-han.jsonl", members.limits(whole, now, seen))
    pack.add("thoi-han.csv", members.limits_csv(seen))
    pack.add("quy-tac.json", members.document(members.rules(whole)))
    pack.add("lich.json", members.document(members.calendar(whole, now)))
    pack.add("nhac-viec.jsonl", members.messages(whole.messages()))
    pack.add("giai-trinh.json", members.document(members.explanations(whole, seen)))
    pack.add("kiem-tra.json", members.document(members.visits(whole)))
    pack.add("bien-ban.json", members.document(members.records(whole)))
    pack.add("xu-ly.json", members.document(members.what_followed(whole)))
    pack.add(verifying.LEDGER, members.ledger(whole.events(), told))
    home = _home(by, scope)
    story = printed(scope, told, seen, home=home, by=by, now=now, sha256=data)
    pack.add("dien-bien.pdf", [story])
    papers = [_paper(pack, number, paper) for number, paper in enumerate(whole.papers, 1)]
    pack.add("van-ban.json", members.document({"papers": papers}))
    pack.add("goi.json", members.document(_about(whole, told, by, now)))
    # The list of files comes after them, and what it takes is kept free for it.
    room = sum(len(members.document(_listed(one, "", words.LEFT_OUT))[0]) for one in whole.files)
    pack.keep_free(2 * room + 10_000)
    files = [_file(pack, number, one) for number, one in enumerate(whole.files, 1)]
    pack.keep_free(0)
    pack.add(verifying.FILES, members.document({"files": files}))
    manifest = pack.close()
    return Built(
        file=target,
        name=f"goi-chung-cu-{_slug(scope.code)}.zip",
        manifest=manifest,
        limits=len(whole.limits),
        entries=told.count,
        files=len(files),
        missing=sum(not one["member"] for one in files),
    )


def _enter(whole: Gathered, built: Built, by: Actor, now: datetime) -> None:
    """That the pack was made and what it is known by, and that its records were opened."""
    made = recording.event(
        by=by.author,
        action="evidence_packed",
        kind="evidence_pack",
        code=whole.scope.code,
        now=now,
        after={
            "manifest_sha256": built.manifest,
            "agency": whole.scope.agency.name,
            "head": whole.scope.head.full_name if whole.scope.head else "",
            "period": [whole.scope.first, whole.scope.last],
            "limits": built.limits,
            "files": built.files,
            "missing": built.missing,
        },
    )
    opened = [
        recording.event(
            by=by.author,
            action="record_opened",
            kind="record",
            code=str(row.public_id),
            now=now,
            after={"how": "evidence pack", "what": "pack", "name": built.name},
        )
        for row in whole.records
    ]
    with recording.recorded():
        recording.append_all([made, *opened])


def _about(whole: Gathered, told: Told, by: Actor, now: datetime) -> dict[str, Any]:
    scope = whole.scope
    return {
        "form": FORM,
        "kind": scope.kind,
        "code": scope.code,
        "subject": scope.subject,
        "agency": {"code": scope.agency.code, "name": scope.agency.name},
        "head": scope.head.full_name if scope.head else "",
        "record": str(scope.record.public_id) if scope.record else "",
        "period": [scope.first, scope.last],
        "as_of": now,
        "made_by": by.author.name,
        "made_by_post": by.author.post,
        "limits": len(whole.limits),
        "entries": told.count,
        "entries_unsealed": told.unsealed,
        "heads": [
            {
                "name": post.user.full_name,
                "post": post.post,
                "acting": post.acting,
                "from": post.started_on,
                "to": post.ended_on,
            }
            for post in whole.posts
        ],
    }


def _read_me(scope: Scope, by: Actor, now: datetime) -> str:
    return words.READ_ME.format(
        subject=scope.subject,
        first=day_month_year(scope.first),
        last=day_month_year(scope.last),
        at=clock(now),
        by=by.author.name,
    )


def _home(by: Actor, scope: Scope) -> Agency:
    """The agency whose head the timeline carries: that of the person who makes the pack."""
    return next((post.agency for post in by.posts if post.agency), scope.agency)


# --- papers and files -----------------------------------------------------------------------------


def _paper(pack: Pack, number: int, paper: Any) -> dict[str, Any]:
    void = getattr(paper, "void", None)
    member, reason = f"van-ban/{number:02d}-{_slug(paper.ref)}.pdf", ""
    try:
        pack.add(member, [printing.pdf_of(paper)])
    except (UnknownForm, NotPrinted):
        member, reason = "", words.NOT_PRINTED
    except NoRoomLeft:
        member, reason = "", words.LEFT_OUT
    return {
        "member": member,
        "paper": str(paper.public_id),
        "ref": paper.ref,
        "kind": paper.kind,
        "title": paper.title,
        "digest": paper.digest,
        "issued_at": paper.issued_at,
        "issued_by": paper.issued_by.full_name,
        "void": {"reason": void.reason, "by": void.by.full_name, "at": void.at} if void else None,
        "reason": reason,
        "reason_text": words.REASONS.get(reason, ""),
    }


def _file(pack: Pack, number: int, kept: Kept) -> dict[str, Any]:
    """Put the file into the pack if the store still has it as it was sent, and list it anyway."""
    stem, _dot, suffix = kept.name.rpartition(".")
    member = f"tep/{number:03d}-{_slug(stem or kept.name)}.{_slug(suffix) or 'bin'}"
    reason = _taken(pack, member, kept)
    return _listed(kept, "" if reason else member, reason)


def _taken(pack: Pack, member: str, kept: Kept) -> str:
    """Why the file could not be taken, or nothing."""
    try:
        stored = filestore.open_stored(kept.path, size=kept.size)
    except FileNotFoundError:
        return MISSING
    except filestore.Damaged:
        return CHANGED
    except OSError:
        return UNREADABLE
    with stored:
        try:
            pack.add(member, pieces(stored.read), sha256=kept.sha256)
        except SourceLost:
            return UNREADABLE
        except OtherBytes:
            return CHANGED
        except NoRoomLeft:
            return words.LEFT_OUT
    return ""


def _listed(kept: Kept, member: str, reason: str) -> dict[str, Any]:
    return {
        "member": member,
        "file": kept.file,
        "of": kept.of,
        "purpose": kept.purpose,
        "name": kept.name,
        "size": kept.size,
        "sha256": kept.sha256,
        "content_type": kept.content_type,
        "added_on": local_day(kept.added_at) if kept.added_at else None,
        "added_at": kept.added_at,
        "reason": reason,
        "reason_text": words.REASONS.get(reason, ""),
    }


def _slug(text: str) -> str:
    """Letters and digits that every file system takes, words joined by hyphens."""
    bare = search_key(text).encode("ascii", "ignore").decode()
    return "-".join(bare.split())[:60] or "tep"
