"""Letters: request for an explanation, reminder, the leader's decision, apology with a new date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from documents.forms.parts import (
    DIRECTIVE,
    Issuer,
    Late,
    Person,
    Signer,
    count,
    day_month_year,
    headed,
    in_words,
    late_table,
    paragraphs,
    period,
    placed,
    signature,
)
from documents.layout import Annex, Block, Layout, Paragraph, Urgency, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationRequest:
    """Asks the head of one unit why limits were late. ``amount`` is the rule in words ("02 ngày
    làm việc"), ``due_on`` its last local day. ``about`` is a text of the sender, if any."""

    issuer: Issuer
    signer: Signer
    head: Person
    agency: str
    limits: Sequence[Late]
    as_of: date
    period_from: date
    period_to: date
    due_on: date
    amount: str
    about: str = ""
    report_to: str = ""
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def explanation_request(said: ExplanationRequest) -> Layout:
    """Công văn yêu cầu giải trình; nothing about responsibility goes before it."""
    in_text, annexes = placed(
        late_table(said.limits, reminders=True), "Các thời hạn cần được giải trình"
    )
    where = "chi tiết như sau:" if in_text else "chi tiết tại Phụ lục kèm theo."
    report_to = said.report_to or said.issuer.name
    body: list[Block] = [
        Paragraph(
            text=f"Qua theo dõi việc thực hiện {DIRECTIVE}, tính đến hết ngày "
            f"{day_month_year(said.as_of)}, trong thời kỳ "
            f"{period(said.period_from, said.period_to)}, {said.agency} có "
            f"{count(len(said.limits))} thời hạn bị chậm, {where}"
        ),
        *in_text,
        *paragraphs(said.about),
        Paragraph(
            text=f"{said.issuer.name} đề nghị ông (bà) {said.head.name}, {said.head.post}, giải "
            "trình bằng văn bản về: (1) nguyên nhân chủ quan, khách quan của từng thời hạn bị "
            "chậm; "
            "(2) việc phân công, đôn đốc trong đơn vị; (3) tình tiết loại trừ, giảm nhẹ trách "
            "nhiệm "
            "(nếu có), kèm theo tài liệu chứng minh; (4) biện pháp khắc phục và thời gian hoàn "
            "thành."
        ),
        Paragraph(
            text=f"Văn bản giải trình gửi về {report_to} trước khi hết ngày "
            f"{day_month_year(said.due_on)} ({said.amount}). Nếu số liệu nêu trên chưa chính xác, "
            "đề "
            "nghị nêu rõ trong văn bản giải trình để được kiểm tra, đính chính."
        ),
        Paragraph(
            text=f"Hết thời hạn nêu trên mà không có giải trình, {said.issuer.name} ghi nhận việc "
            "không giải trình và tiếp tục xem xét theo quy định./."
        ),
    ]
    return headed(
        said.issuer,
        "",
        abstract=f"yêu cầu giải trình việc chậm thời hạn tại {said.agency}",
        to=(f"{said.head.name}, {said.head.post}",),
        body=tuple(body),
        signatures=(signature(said.signer),),
        copies=_copies(said.copies, said.issuer, said.agency),
        annexes=annexes,
        day=said.day,
        draft=said.draft,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Urges one unit on for one or many late limits. ``new_due_on`` is the date now asked for;
    ``explain`` whether an explanation is asked for too. ``text`` are the paragraphs, one a line, as
    somebody rewrote what ``reminder_text`` drafted; the table comes from the limits."""

    issuer: Issuer
    signer: Signer
    agency: str
    limits: Sequence[Late]
    as_of: date
    new_due_on: date
    explain: bool = True
    text: str = ""
    urgency: Urgency = Urgency.NORMAL
    to: Sequence[str] = ()
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def reminder_letter(said: Reminder) -> Layout:
    """Công văn đôn đốc: what was assigned, how it stands, what is asked, what follows (§4.3)."""
    body = paragraphs(said.text or reminder_text(said))
    annexes = ()
    subject = f"hồ sơ {said.limits[0].code}"
    if len(said.limits) > 1:
        subject = "hồ sơ, nhiệm vụ bị chậm thời hạn"
        in_text, annexes = _late_of(said)
        body[1:1] = in_text
    return headed(
        said.issuer,
        "",
        abstract=f"đôn đốc giải quyết {subject}",
        to=tuple(said.to) or (said.agency,),
        body=tuple(body),
        signatures=(signature(said.signer),),
        copies=_copies(said.copies, said.issuer),
        annexes=annexes,
        urgency=said.urgency,
        day=said.day,
        draft=said.draft,
    )


def reminder_text(said: Reminder) -> str:
    """The paragraphs of the letter as drafted from the limits, one a line; the table of several
    limits follows the first."""
    lines: list[str] = []
    if len(said.limits) == 1:
        one = said.limits[0]
        by = f" theo {one.direction.strip().rstrip('.')}" if one.direction else ""
        lines += [
            f"{said.agency} được giao giải quyết hồ sơ mã số {one.code} ({one.matter})"
            f"{by}; thời hạn hoàn thành hết ngày {day_month_year(one.due_on)}.",
            f"Đến hết ngày {day_month_year(said.as_of)}, {said.agency} chưa hoàn thành, chậm "
            f"{count(one.net)} ngày làm việc{_reminded(one.reminders)}.",
        ]
    else:
        in_text, _annexes = _late_of(said)
        where = "chi tiết như sau:" if in_text else "chi tiết tại Phụ lục kèm theo."
        lines.append(
            f"Qua theo dõi việc giải quyết hồ sơ, nhiệm vụ được lãnh đạo UBND Thành phố "
            f"giao, đến hết ngày {day_month_year(said.as_of)}, {said.agency} còn "
            f"{count(len(said.limits))} hồ sơ, nhiệm vụ chưa hoàn thành và đã quá thời hạn, "
            f"{where}"
        )
    asked = (
        f"{said.issuer.name} đề nghị {said.agency} tập trung giải quyết, hoàn thành và báo cáo kết "
        f"quả trước khi hết ngày {day_month_year(said.new_due_on)}"
    )
    if said.explain:
        asked += ", trong đó giải trình rõ nguyên nhân, trách nhiệm của việc chậm thời hạn"
    lines += [
        f"{asked}.",
        "Người đứng đầu đơn vị chịu trách nhiệm về tiến độ và chất lượng giải quyết hồ sơ, "
        f"nhiệm vụ được giao theo {DIRECTIVE}; trường hợp tiếp tục chậm, việc xem xét trách nhiệm "
        "được thực hiện theo Công văn này./.",
    ]
    return "\n".join(" ".join(line.split()) for line in lines)


def _late_of(said: Reminder) -> tuple[list[Block], tuple[Annex, ...]]:
    return placed(late_table(said.limits, reminders=True), "Hồ sơ, nhiệm vụ bị chậm thời hạn")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderDecision:
    """A City leader's decision on a proposal of Home Affairs: ``kind`` is "approve", "amend" or
    "refuse". ``outcome`` is named by the leader, never by the software; ``carried_by`` is who
    carries it out, until the end of ``due_on``."""

    issuer: Issuer
    signer: Signer
    kind: str
    proposal_ref: str
    proposal_on: date
    proposer: str
    person: Person
    agency: str
    reason: str
    outcome: str = ""
    basis: str = ""
    carried_by: str = ""
    due_on: date | None = None
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def leader_decision(said: LeaderDecision) -> Layout:
    """Công văn về đề xuất xử lý trách nhiệm: approved, amended or not approved.

    A letter, not a Quyết định: a form of discipline, where the law asks for one, is imposed by its
    own decision under its own procedure, and that document is entered when it exists.
    """
    about = f"đề xuất xử lý trách nhiệm đối với ông (bà) {said.person.name}, {said.person.post}"
    verdict = {
        "approve": "chấp thuận",
        "amend": "chấp thuận có điều chỉnh",
        "refuse": "không chấp thuận",
    }[said.kind]
    body: list[Block] = [
        Paragraph(
            text=f"Xét Tờ trình số {said.proposal_ref} {in_words(said.proposal_on)} của "
            f"{said.proposer} về việc xử lý trách nhiệm người đứng đầu {said.agency}, "
            f"{_who(said)} có ý kiến như sau:"
        ),
        Paragraph(text=f"1. {verdict[:1].upper()}{verdict[1:]} {about}."),
    ]
    if said.outcome:
        body += [Paragraph(text="2. Hình thức, biện pháp được quyết định:")]
        body += [Words(text=said.outcome, whose=said.signer.name)]
        if said.basis:
            body.append(Paragraph(text=f"Căn cứ: {said.basis.strip().rstrip('.')}."))
    body += [
        Paragraph(text=f"{'3' if said.outcome else '2'}. Lý do:"),
        Words(text=said.reason, whose=said.signer.name),
    ]
    last = "4" if said.outcome else "3"
    if said.kind != "refuse" and said.due_on:
        by = said.carried_by or said.proposer
        body.append(
            Paragraph(
                text=f"{last}. Giao {by} tổ chức thực hiện theo đúng thẩm quyền, trình tự, thủ "
                "tục; "
                f"báo cáo kết quả bằng văn bản trước khi hết ngày {day_month_year(said.due_on)}./."
            )
        )
    else:
        body.append(
            Paragraph(
                text=f"{last}. Giao {said.proposer} thông báo cho đơn vị, cá nhân có liên quan./."
            )
        )
    return headed(
        said.issuer,
        "",
        abstract=f"{verdict} đề xuất xử lý trách nhiệm người đứng đầu {said.agency}",
        to=(said.proposer, said.agency),
        body=tuple(body),
        signatures=(signature(said.signer),),
        copies=_copies(said.copies, said.issuer),
        day=said.day,
        draft=said.draft,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Apology:
    """Says sorry to a citizen or business and names a new date (§4.3 (5)).

    ``promised_on`` was the date on the receipt, ``new_on`` the new one. It goes out before
    ``promised_on`` where it can.
    """

    issuer: Issuer
    signer: Signer
    to: str
    code: str
    matter: str
    received_on: date
    promised_on: date
    new_on: date
    reason: str
    contact: str
    address: str = ""
    place_of_return: str = ""
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def apology_slip(said: Apology) -> Layout:
    """Phiếu xin lỗi và hẹn lại ngày trả kết quả."""
    where = said.place_of_return or "Bộ phận Tiếp nhận và Trả kết quả"
    body: list[Block] = [
        Paragraph(
            text=f"Ngày {day_month_year(said.received_on)}, {said.issuer.name} tiếp nhận hồ sơ của "
            f"ông (bà), tổ chức; mã hồ sơ: {said.code}; nội dung: "
            f"{said.matter.strip().rstrip('.')}."
        ),
    ]
    if said.address:
        body.append(Paragraph(text=f"Địa chỉ: {said.address.strip().rstrip('.')}."))
    body += [
        Paragraph(
            text=f"Ngày hẹn trả kết quả: {day_month_year(said.promised_on)}. Tuy nhiên, "
            f"{said.issuer.name} chưa trả được kết quả đúng hẹn vì lý do sau:"
        ),
        Words(text=said.reason, whose=said.issuer.name),
        Paragraph(
            text=f"{said.issuer.name} xin lỗi ông (bà), tổ chức về sự chậm trễ này và hẹn trả kết "
            f"quả vào ngày {day_month_year(said.new_on)} tại {where.strip().rstrip('.')}."
        ),
        Paragraph(
            text="Ông (bà), tổ chức không phải nộp lại hồ sơ. Mọi thắc mắc xin liên hệ: "
            f"{said.contact.strip().rstrip('.')}."
        ),
        Paragraph(text="Rất mong nhận được sự thông cảm của ông (bà), tổ chức./."),
    ]
    return headed(
        said.issuer,
        "PXL",
        type_name="Phiếu xin lỗi và hẹn lại ngày trả kết quả",
        abstract=f"Hồ sơ {said.code}",
        to=(said.to,),
        body=tuple(body),
        signatures=(signature(said.signer),),
        copies=tuple(said.copies or ("Như trên", "Lưu: VT")),
        day=said.day,
        draft=said.draft,
    )


def _reminded(times: int) -> str:
    return f", đã được nhắc {count(times)} lần" if times else ""


def _who(said: LeaderDecision) -> str:
    return f"{said.issuer.name}"


def _copies(copies: Sequence[str], issuer: Issuer, *others: str) -> tuple[str, ...]:
    unit = f", {issuer.unit}" if issuer.unit else ""
    return tuple(copies or ("Như trên", *others, f"Lưu: VT{unit}"))
