"""Biên bản: of an inspection, and of late limits without a visit (domain.md §3.7, mẫu 1.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from documents.forms.parts import (
    Extract,
    Issuer,
    Late,
    Person,
    Signed,
    clock,
    columns_of,
    count,
    day_month_year,
    ended,
    headed,
    in_words,
    late_table,
    named,
    paragraphs,
    period,
    placed,
)
from documents.layout import Annex, Block, Heading, Items, Layout, Paragraph, Words

#: How the opinion of the inspected side is named, by the code of the record.
OPINIONS = {
    "agrees": "nhất trí với nội dung biên bản",
    "partly": "nhất trí một phần với nội dung biên bản",
    "disagrees": "không nhất trí với nội dung biên bản",
}
NONE_SAID = "Không có."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An exhibit as the record lists it: caption or file name, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the inspected side said: ``kind`` of ``OPINIONS``, its words, who gave them and when."""

    kind: str
    text: str
    by: Person
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecord:
    """Everything a record of an inspection says. ``opinion`` is absent only when the inspected side
    gave none, then ``no_opinion`` says why. ``corrects`` names the record that this one
    corrects."""

    issuer: Issuer
    agency: str
    decision_ref: str
    decision_on: date
    bases: Sequence[str]
    started_at: datetime
    place: str
    team: Sequence[Person]
    inspected: Sequence[Person]
    scope: str
    period_from: date
    period_to: date
    method: str
    findings: Sequence[Late]
    signed: Sequence[Signed]
    way: str = "kiểm tra"
    unannounced: bool = False
    witnesses: Sequence[Person] = ()
    absent: str = ""
    population: int | None = None
    sample: int | None = None
    papers_seen: str = ""
    exhibits: Sequence[Kept] = ()
    shortcomings: str = ""
    causes: str = ""
    opinion: Opinion | None = None
    no_opinion: str = ""
    requests: str = ""
    recommendations: str = ""
    ended_at: datetime | None = None
    pages: int | None = None
    copies_made: int | None = None
    kept_by: str = ""
    extract: Extract | None = None
    corrects: str = ""
    day: date | None = None
    draft: bool = False


def inspection_record(said: InspectionRecord) -> Layout:
    """Biên bản kiểm tra công vụ: three sides sign, or a note says who did not and why."""
    suddenly = " đột xuất" if said.unannounced else ""
    table = late_table(said.findings, desk=True, faults=True)
    in_text, annexes = placed(table, "Kết quả kiểm tra từng hồ sơ")
    body: list[Block] = [
        Paragraph(
            text=f"Thực hiện Quyết định số {said.decision_ref} {in_words(said.decision_on)} về "
            f"việc {said.way} công vụ{suddenly} tại {said.agency}; hôm nay, vào hồi "
            f"{clock(said.started_at)}, tại {said.place.strip().rstrip('.')}, Đoàn {said.way} lập "
            f"biên bản với các nội dung sau:"
        ),
        *_corrected(said.corrects),
        Heading(text="I. THÀNH PHẦN"),
        Paragraph(text=f"1. Đoàn {said.way}:"),
        Items(items=ended(named(said.team))),
        Paragraph(text=f"2. Đơn vị được {said.way}:"),
        Items(items=ended(named(said.inspected)) or (NONE_SAID,)),
    ]
    if said.absent:
        body.append(Paragraph(text=f"Người đứng đầu vắng mặt; lý do: {_end(said.absent)}"))
    if said.witnesses:
        body += [
            Paragraph(text="3. Người chứng kiến:"),
            Items(items=ended(named(said.witnesses))),
        ]
    body += [
        Heading(text="II. PHẠM VI, CÁCH THỨC"),
        Paragraph(text=f"1. Nội dung: {_end(said.scope)}"),
        Paragraph(text=f"2. Thời kỳ: {period(said.period_from, said.period_to)}."),
        Paragraph(text=f"3. Cách thức: {_end(said.method)}{_drawn(said)}"),
        Heading(text="III. KẾT QUẢ"),
    ]
    if said.findings:
        where = "bảng sau:" if in_text else "Phụ lục kèm theo."
        body.append(
            Paragraph(
                text=f"1. Ghi nhận {count(len(said.findings))} thời hạn không được bảo đảm, "
                f"chi tiết tại {where}"
            )
        )
        body += in_text
    else:
        body.append(
            Paragraph(text="1. Không phát hiện thời hạn nào bị chậm trong các hồ sơ được kiểm tra.")
        )
    body += _told("2. Hồ sơ, tài liệu đã xem, sao chụp", said.papers_seen)
    body.append(Paragraph(text="3. Tài liệu, hiện vật kèm theo:"))
    body.append(_exhibits(said.exhibits))
    body += _told("4. Tồn tại, thiếu sót", said.shortcomings)
    body += _told("5. Nguyên nhân theo nhận định của Đoàn", said.causes)
    body.append(Heading(text=f"IV. Ý KIẾN CỦA ĐƠN VỊ ĐƯỢC {said.way.upper()}"))
    body += _opinion(said.opinion, said.no_opinion)
    body.append(Heading(text="V. YÊU CẦU, KIẾN NGHỊ"))
    body += _told("1. Yêu cầu đối với đơn vị", said.requests)
    body += _told("2. Kiến nghị về trách nhiệm", said.recommendations)
    body += _closing(said)
    return _record(
        said.issuer,
        f"{said.way.capitalize()} công vụ{suddenly} tại {said.agency}",
        said,
        body,
        annexes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The request for an explanation and what came of it. Without an answer, ``silent`` is true
    once the limit has passed and that was recorded."""

    ref: str
    on: date
    due_on: date
    answered_on: date | None = None
    answer: str = ""
    cause: str = ""
    circumstances: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LatenessRecord:
    """A record of late limits of one head and period, drawn up without a visit.

    ``held_from`` and ``held_to`` are the local days between which ``head`` held the post within the
    period, both inclusive: nobody answers for another's days.
    """

    issuer: Issuer
    agency: str
    head: Person
    held_from: date
    held_to: date
    period_from: date
    period_to: date
    bases: Sequence[str]
    limits: Sequence[Late]
    asked: Asked
    drawn_up_at: datetime
    place: str
    authors: Sequence[Person]
    signed: Sequence[Signed]
    present: Sequence[Person] = ()
    shortcomings: str = ""
    causes: str = ""
    opinion: Opinion | None = None
    no_opinion: str = ""
    requests: str = ""
    recommendations: str = ""
    exhibits: Sequence[Kept] = ()
    ended_at: datetime | None = None
    pages: int | None = None
    copies_made: int | None = None
    kept_by: str = ""
    extract: Extract | None = None
    corrects: str = ""
    day: date | None = None
    draft: bool = False


def lateness_record(said: LatenessRecord) -> Layout:
    """Biên bản về việc chậm thời hạn thuộc trách nhiệm người đứng đầu (Công văn 4449, R-e2)."""
    table = late_table(said.limits, reminders=True, faults=True)
    in_text, annexes = placed(table, "Các thời hạn bị chậm")
    where = "bảng sau:" if in_text else "Phụ lục kèm theo."
    body: list[Block] = [
        Paragraph(
            text=f"Hôm nay, vào hồi {clock(said.drawn_up_at)}, tại "
            f"{said.place.strip().rstrip('.')}, {said.issuer.name} lập biên bản về việc chậm thời "
            f"hạn giải quyết hồ sơ, nhiệm vụ tại {said.agency} như sau:"
        ),
        *_corrected(said.corrects),
        Heading(text="I. THÀNH PHẦN"),
        Paragraph(text="1. Người lập biên bản:"),
        Items(items=ended(named(said.authors))),
        Paragraph(text=f"2. Đại diện {said.agency}:"),
        Items(items=ended(named(said.present)) or (NONE_SAID,)),
        Heading(text="II. NGƯỜI ĐỨNG ĐẦU"),
        Paragraph(
            text=f"Ông (bà) {said.head.name}, {said.head.post}; giữ chức vụ trong thời kỳ xem xét "
            f"{period(said.held_from, said.held_to)}. Biên bản chỉ ghi các thời hạn quá hạn trong "
            "khoảng thời gian này."
        ),
        Heading(text="III. CÁC THỜI HẠN BỊ CHẬM"),
        Paragraph(
            text=f"Trong thời kỳ {period(said.period_from, said.period_to)}, có "
            f"{count(len(said.limits))} thời hạn bị chậm, chi tiết tại {where}"
        ),
        *in_text,
        Heading(text="IV. GIẢI TRÌNH"),
        *_explained(said.asked),
        Heading(text="V. NHẬN XÉT"),
        *_told("1. Tồn tại, thiếu sót", said.shortcomings),
        *_told("2. Nguyên nhân", said.causes),
        Heading(text="VI. Ý KIẾN CỦA NGƯỜI ĐỨNG ĐẦU, ĐƠN VỊ VỀ BIÊN BẢN"),
        *_opinion(said.opinion, said.no_opinion),
        Heading(text="VII. YÊU CẦU, KIẾN NGHỊ"),
        *_told("1. Yêu cầu đối với đơn vị", said.requests),
        *_told("2. Kiến nghị về trách nhiệm", said.recommendations),
    ]
    if said.exhibits:
        body += [Paragraph(text="Tài liệu kèm theo:"), _exhibits(said.exhibits)]
    body += _closing(said)
    return _record(
        said.issuer,
        f"Về việc chậm thời hạn giải quyết hồ sơ, nhiệm vụ tại {said.agency}",
        said,
        body,
        annexes,
    )


# --- parts of both --------------------------------------------------------------------------------


def _record(issuer, abstract, said, body, annexes) -> Layout:
    return headed(
        issuer,
        "BB",
        type_name="Biên bản",
        abstract=abstract,
        bases=tuple(said.bases),
        body=tuple(body),
        signatures=columns_of(said.signed),
        annexes=annexes + _data(said.extract),
        day=said.day,
        draft=said.draft,
    )


def _corrected(ref: str) -> list[Block]:
    if not ref:
        return []
    return [Paragraph(text=f"Biên bản này thay thế, đính chính Biên bản số {ref}.")]


def _told(label: str, text: str) -> list[Block]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return [Paragraph(text=f"{label}: {NONE_SAID[:1].lower()}{NONE_SAID[1:]}")]
    if len(lines) == 1:
        return [Paragraph(text=f"{label}: {_end(lines[0])}")]
    return [Paragraph(text=f"{label}:"), *paragraphs(text)]


def _exhibits(exhibits: Sequence[Kept]) -> Items:
    named_ones = tuple(f"{one.name} (mã kiểm tra SHA-256: {one.sha256})" for one in exhibits)
    return Items(items=ended(named_ones) or (NONE_SAID,), words=True)


def _opinion(opinion: Opinion | None, none: str) -> list[Block]:
    if opinion is None:
        return [Paragraph(text=_end(none) if none else "Đơn vị không có ý kiến.")]
    return [
        Paragraph(
            text=f"Ông (bà) {opinion.by.name}, {opinion.by.post}, ngày "
            f"{day_month_year(opinion.on)}: {OPINIONS[opinion.kind]}. Nguyên văn ý kiến:"
        ),
        Words(text=opinion.text, whose=opinion.by.name),
    ]


def _explained(asked: Asked) -> list[Block]:
    body: list[Block] = [
        Paragraph(
            text=f"1. Yêu cầu giải trình: Văn bản số {asked.ref} {in_words(asked.on)}; thời hạn "
            f"giải trình hết ngày {day_month_year(asked.due_on)}."
        )
    ]
    if asked.answered_on:
        body += [
            Paragraph(
                text=f"2. Giải trình nhận ngày {day_month_year(asked.answered_on)}. Nguyên văn:"
            ),
            Words(text=asked.answer, whose="người đứng đầu"),
        ]
    elif asked.silent:
        body.append(Paragraph(text="2. Hết thời hạn nêu trên, không nhận được giải trình."))
    body += _told("3. Nguyên nhân do người đứng đầu nêu", asked.cause)
    if asked.circumstances:
        body += [
            Paragraph(text="4. Tình tiết loại trừ, giảm nhẹ do người đứng đầu nêu. Nguyên văn:"),
            Words(text=asked.circumstances, whose="người đứng đầu"),
        ]
    else:
        body.append(Paragraph(text="4. Tình tiết loại trừ, giảm nhẹ: không nêu."))
    return body


def _drawn(said: InspectionRecord) -> str:
    if said.sample is None or said.population is None:
        return ""
    return (
        f" Số hồ sơ được chọn: {count(said.sample)} trên tổng số {count(said.population)} hồ sơ "
        "trong thời kỳ."
    )


def _closing(said) -> list[Block]:
    text = "Biên bản"
    if said.ended_at:
        text += f" kết thúc vào hồi {clock(said.ended_at)};"
    if said.pages:
        text += f" gồm {count(said.pages)} trang,"
    if said.copies_made:
        text += f" lập thành {count(said.copies_made)} bản có giá trị như nhau,"
    text += " đã được đọc lại cho những người có tên nêu trên cùng nghe"
    text += f"; {said.kept_by.strip().rstrip('.')}." if said.kept_by else "."
    return [Paragraph(text=text)]


def _data(extract: Extract | None) -> tuple[Annex, ...]:
    if extract is None:
        return ()
    return (
        Annex(
            title="Dữ liệu làm căn cứ lập biên bản",
            blocks=(
                Paragraph(text=f"Thời điểm trích xuất: {clock(extract.at)}."),
                Paragraph(text=f"Người trích xuất: {extract.by}."),
                Paragraph(text=f"Mã kiểm tra SHA-256 của dữ liệu: {extract.sha256}"),
                Paragraph(
                    text="Số liệu trong biên bản được sao từ hệ thống theo dõi thời hạn tại thời "
                    "điểm nêu trên; thay đổi về sau trên hệ thống không làm thay đổi biên bản này."
                ),
            ),
        ),
    )


def _end(text: str) -> str:
    return f"{text.strip().rstrip('.')}."
