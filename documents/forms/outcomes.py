"""Papers after a record: notice of conclusions, proposal on responsibility, timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from documents.forms.parts import (
    Extract,
    Issuer,
    Late,
    Person,
    Signer,
    clock,
    count,
    day_month_year,
    ended,
    headed,
    in_words,
    late_table,
    paragraphs,
    period,
    placed,
    signature,
)
from documents.layout import (
    Annex,
    Block,
    Column,
    Heading,
    Items,
    Layout,
    Paragraph,
    Table,
    Words,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One recommendation: what, who owes it, and its last local day."""

    text: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionNotice:
    """The conclusions of an inspection and what is asked of whom until when."""

    issuer: Issuer
    signer: Signer
    agency: str
    record_ref: str
    record_on: date
    bases: Sequence[str]
    findings: Sequence[Late]
    period_from: date
    period_to: date
    conclusion: str
    remedies: Sequence[Remedy]
    way: str = "kiểm tra"
    merits: str = ""
    shortcomings: str = ""
    causes: str = ""
    opinion: str = ""
    report_to: str = ""
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def conclusion_notice(said: ConclusionNotice) -> Layout:
    """Thông báo kết luận kiểm tra (mẫu 1.4)."""
    in_text, annexes = placed(
        late_table(said.findings, head=True), "Các thời hạn không được bảo đảm"
    )
    where = "như sau:" if in_text else "tại Phụ lục kèm theo."
    body: list[Block] = [
        Paragraph(
            text=f"Căn cứ Biên bản số {said.record_ref} {in_words(said.record_on)}, "
            f"{said.issuer.name} thông báo kết luận {said.way} công vụ tại {said.agency}, thời kỳ "
            f"{period(said.period_from, said.period_to)}, như sau:"
        ),
        Heading(text=f"I. KẾT QUẢ {said.way.upper()}"),
        *_listed("Kết quả đạt được", said.merits),
    ]
    if said.findings:
        body.append(
            Paragraph(
                text=f"Có {count(len(said.findings))} thời hạn không được bảo đảm, chi tiết {where}"
            )
        )
        body += in_text
    else:
        body.append(Paragraph(text="Không phát hiện thời hạn nào bị chậm."))
    body += _listed("Tồn tại, thiếu sót", said.shortcomings)
    body += _listed("Nguyên nhân", said.causes)
    if said.opinion:
        body += [
            Paragraph(text="Ý kiến của đơn vị (nguyên văn):"),
            Words(text=said.opinion, whose=said.agency),
        ]
    body += [Heading(text="II. KẾT LUẬN"), Words(text=said.conclusion, whose=said.issuer.name)]
    body.append(Heading(text="III. KIẾN NGHỊ"))
    if said.remedies:
        body.append(
            Table(
                columns=(
                    Column(title="TT", width=6, centred=True),
                    Column(title="Nội dung", width=50, words=True),
                    Column(title="Đơn vị thực hiện", width=26),
                    Column(title="Thời hạn", width=18, centred=True),
                ),
                rows=tuple(
                    (str(n), one.text, one.owner, f"Hết ngày {day_month_year(one.due_on)}")
                    for n, one in enumerate(said.remedies, 1)
                ),
            )
        )
    else:
        body.append(Paragraph(text="Không có kiến nghị."))
    body += [
        Heading(text="IV. TỔ CHỨC THỰC HIỆN"),
        Paragraph(
            text=f"{said.agency} tổ chức thực hiện kiến nghị nêu trên, báo cáo kết quả bằng văn "
            "bản "
            f"kèm theo tài liệu chứng minh về {said.report_to or said.issuer.name} đúng thời hạn; "
            f"{said.issuer.name} theo dõi, đôn đốc, kiểm tra lại khi cần thiết./."
        ),
    ]
    return headed(
        said.issuer,
        "TB",
        type_name="Thông báo",
        abstract=f"Kết luận {said.way} công vụ tại {said.agency}",
        bases=tuple(said.bases),
        body=tuple(body),
        signatures=(signature(said.signer),),
        copies=tuple(
            said.copies
            or (said.agency, "Chủ tịch UBND Thành phố (để báo cáo)", f"Lưu: VT{_unit(said.issuer)}")
        ),
        annexes=annexes,
        day=said.day,
        draft=said.draft,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The proposal of Home Affairs on a head's responsibility.

    ``assessment``, ``circumstances`` and ``asked`` are the words of the people who propose: the
    software proposes nothing. ``explanation`` is the head's own; without one ``silent`` says that
    the limit passed and that this was recorded. ``basis`` is the law on that date.
    """

    issuer: Issuer
    signer: Signer
    agency: str
    person: Person
    record_ref: str
    record_on: date
    bases: Sequence[str]
    limits: Sequence[Late]
    period_from: date
    period_to: date
    request_ref: str
    request_on: date
    assessment: str
    asked: str
    decides: str = "Chủ tịch UBND thành phố Hà Nội"
    explanation: str = ""
    explained_on: date | None = None
    silent: bool = False
    circumstances: str = ""
    basis: str = ""
    processing_until: date | None = None
    attached: Sequence[str] = ()
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def responsibility_submission(said: Submission) -> Layout:
    """Tờ trình đề xuất xử lý trách nhiệm người đứng đầu (mẫu 1.4; §4.3 (2))."""
    in_text, annexes = placed(
        late_table(said.limits, reminders=True, explanation=True), "Các thời hạn bị chậm"
    )
    where = "như sau:" if in_text else "tại Phụ lục kèm theo."
    who = f"ông (bà) {said.person.name}, {said.person.post}"
    body: list[Block] = [
        Heading(text="I. CĂN CỨ"),
        Items(
            items=ended([*said.bases, f"Biên bản số {said.record_ref} {in_words(said.record_on)}"])
        ),
        Heading(text="II. KẾT QUẢ THEO DÕI, KIỂM TRA"),
        Paragraph(
            text=f"Trong thời kỳ {period(said.period_from, said.period_to)}, khi {who} là người "
            "đứng "
            f"đầu, {said.agency} có {count(len(said.limits))} thời hạn bị chậm, chi tiết {where}"
        ),
        *in_text,
        Heading(text="III. GIẢI TRÌNH CỦA ĐƠN VỊ, CÁ NHÂN"),
        Paragraph(
            text=f"{said.issuer.name} đã yêu cầu giải trình tại Văn bản số {said.request_ref} "
            f"{in_words(said.request_on)}."
        ),
    ]
    if said.explained_on:
        body += [
            Paragraph(
                text=f"Giải trình nhận ngày {day_month_year(said.explained_on)}. Nguyên văn:"
            ),
            Words(text=said.explanation, whose=said.person.name),
        ]
    elif said.silent:
        body.append(Paragraph(text="Hết thời hạn giải trình, không nhận được giải trình."))
    body += [
        Heading(text="IV. NHẬN XÉT, TÌNH TIẾT"),
        Words(text=said.assessment, whose=said.issuer.name),
        *(
            [
                Paragraph(text="Tình tiết loại trừ, giảm nhẹ:"),
                Words(text=said.circumstances, whose=said.issuer.name),
            ]
            if said.circumstances
            else [Paragraph(text="Tình tiết loại trừ, giảm nhẹ: không có.")]
        ),
        Heading(text="V. ĐỀ XUẤT"),
        Paragraph(
            text=f"{said.issuer.name} trình {said.decides} xem xét, quyết định đối với {who}:"
        ),
        Words(text=said.asked, whose=said.signer.name),
    ]
    if said.basis:
        body.append(Paragraph(text=f"Căn cứ pháp luật: {said.basis.strip().rstrip('.')}."))
    if said.processing_until:
        body.append(
            Paragraph(
                text=f"Thời hạn xem xét, xử lý: hết ngày {day_month_year(said.processing_until)}."
            )
        )
    body.append(
        Paragraph(text=f"{said.issuer.name} kính trình {said.decides} xem xét, quyết định./.")
    )
    if said.attached:
        body += [
            Paragraph(text="Tài liệu trình kèm theo:", italic=True),
            Items(items=ended(said.attached)),
        ]
    return headed(
        said.issuer,
        "TTr",
        type_name="Tờ trình",
        abstract=f"Về việc xử lý trách nhiệm người đứng đầu {said.agency}",
        to=(said.decides,),
        body=tuple(body),
        signatures=(signature(said.signer),),
        copies=tuple(said.copies or ("Như trên", f"Lưu: VT{_unit(said.issuer)}")),
        annexes=annexes,
        day=said.day,
        draft=said.draft,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline: when it happened, what, by whom, and the document."""

    at: datetime
    what: str
    who: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How one limit was counted: rule, article and the days of the calendar that mattered."""

    code: str
    rule: str
    started_at: datetime
    due_on: date
    met_on: date | None
    days: str
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The story of one person or unit in a period, for the evidence pack."""

    issuer: Issuer
    subject: str
    period_from: date
    period_to: date
    entries: Sequence[Entry]
    limits: Sequence[Counted] = ()
    extract: Extract | None = None
    about: str = ""
    day: date | None = None


def timeline(said: Timeline) -> Layout:
    """Bảng diễn biến: each act with its instant, and how each limit was counted. No number."""
    entries = Table(
        columns=(
            Column(title="TT", width=6, centred=True),
            Column(title="Thời điểm", width=20, centred=True),
            Column(title="Diễn biến", width=54, words=True),
            Column(title="Người thực hiện", width=28, words=True),
            Column(title="Văn bản", width=22, words=True),
        ),
        rows=tuple(
            (str(n), _instant(one.at), one.what, one.who, one.document)
            for n, one in enumerate(said.entries, 1)
        ),
    )
    annexes = ()
    if said.limits:
        counted = Table(
            columns=(
                Column(title="TT", width=5, centred=True),
                Column(title="Hồ sơ", width=24, words=True),
                Column(title="Quy tắc, căn cứ", width=36, words=True),
                Column(title="Bắt đầu", width=18, centred=True),
                Column(title="Hạn", width=16, centred=True),
                Column(title="Hoàn thành", width=16, centred=True),
                Column(title="Cách đếm ngày", width=50, words=True),
                Column(title="Người đứng đầu", width=26, words=True),
            ),
            rows=tuple(
                (
                    str(n),
                    one.code,
                    one.rule,
                    _instant(one.started_at),
                    day_month_year(one.due_on),
                    day_month_year(one.met_on) if one.met_on else "Chưa hoàn thành",
                    one.days,
                    one.head,
                )
                for n, one in enumerate(said.limits, 1)
            ),
        )
        annexes = (Annex(title="Cách tính từng thời hạn", blocks=(counted,), landscape=True),)
    body: list[Block] = [
        Paragraph(
            text=f"{said.subject}; thời kỳ {period(said.period_from, said.period_to)}; "
            f"{count(len(said.entries))} diễn biến, {count(len(said.limits))} thời hạn."
        ),
        *paragraphs(said.about),
        entries,
    ]
    if said.extract:
        body.append(
            Paragraph(
                text=f"Trích xuất vào {clock(said.extract.at)} bởi {said.extract.by}. Mã kiểm tra "
                f"SHA-256 của dữ liệu: {said.extract.sha256}",
                italic=True,
            )
        )
    return Layout(
        governing=said.issuer.governing,
        issuer=said.issuer.name,
        place=said.issuer.place,
        day=said.day,
        type_name="Bảng diễn biến",
        abstract=f"Thời hạn và việc xử lý: {said.subject}",
        body=tuple(body),
        annexes=annexes,
    )


def _listed(label: str, text: str) -> list[Block]:
    if not text.strip():
        return []
    return [Paragraph(text=f"{label}:"), *paragraphs(text)]


def _instant(moment: datetime) -> str:
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%H:%M:%S}\n{local:%d/%m/%Y}"


def _unit(issuer: Issuer) -> str:
    return f", {issuer.unit}" if issuer.unit else ""
