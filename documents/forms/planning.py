"""Papers before a visit: the plan, the decision with the team, the notice to the unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from documents.forms.parts import (
    Issuer,
    Person,
    Signer,
    count,
    day_month_year,
    ended,
    headed,
    in_words,
    named,
    paragraphs,
    period,
    placed,
    signature,
)
from documents.layout import Column, Heading, Items, Layout, Paragraph, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One line of a plan. ``why`` says in figures why the unit was chosen."""

    agency: str
    month: int
    theme: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of inspections of a year or a theme; ``seed`` drew its random part."""

    issuer: Issuer
    signer: Signer
    title: str
    year: int
    visits: Sequence[Visit]
    bases: Sequence[str]
    theme: str = ""
    by_risk: int = 0
    by_chance: int = 0
    seed: str = ""
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def plan(said: Plan) -> Layout:
    """Kế hoạch kiểm tra công vụ (Nghị định 30/2020, Phụ lục III, mẫu 1.4). Without
    themes the table has no column for them."""
    themed = any(one.theme for one in said.visits)
    table = Table(
        columns=(
            Column(title="TT", width=8, centred=True),
            Column(title="Đơn vị được kiểm tra", width=40),
            Column(title="Thời gian", width=18, centred=True),
            *((Column(title="Chuyên đề", width=34, words=True),) if themed else ()),
            Column(title="Căn cứ lựa chọn", width=40 if themed else 70, words=True),
        ),
        rows=tuple(
            (
                str(n),
                one.agency,
                f"{_month(one.month)}/{said.year}",
                *((one.theme,) if themed else ()),
                one.why,
            )
            for n, one in enumerate(said.visits, 1)
        ),
    )
    in_text, annexes = placed(table, f"Danh sách đơn vị được kiểm tra năm {said.year}")
    listed = "theo bảng sau" if in_text else "theo danh sách tại Phụ lục kèm theo"
    themes = paragraphs(said.theme) or [
        Paragraph(
            text="Việc chấp hành thời hạn giải quyết hồ sơ, nhiệm vụ được giao; việc trực tiếp ký "
            "tờ trình, ký tắt dự thảo của người đứng đầu; việc giải trình, bổ sung và báo cáo theo "
            "ý kiến chỉ đạo của lãnh đạo UBND Thành phố; kỷ luật, kỷ cương hành chính."
        )
    ]
    body = (
        Paragraph(
            text=f"{said.issuer.name} ban hành Kế hoạch {_lower(said.title)} với các nội dung sau:"
        ),
        Heading(text="I. MỤC ĐÍCH, YÊU CẦU"),
        Paragraph(
            text="1. Kịp thời phát hiện, chấn chỉnh việc chậm thời hạn, kéo dài, né tránh trong "
            "giải quyết hồ sơ, nhiệm vụ; làm rõ trách nhiệm của người đứng đầu và cá nhân có liên "
            "quan; ghi nhận đơn vị làm tốt."
        ),
        Paragraph(
            text="2. Kiểm tra khách quan, đúng nội dung, đúng thời kỳ; không cản trở hoạt động "
            "bình "
            "thường của đơn vị được kiểm tra; thành viên Đoàn không kiểm tra cơ quan, đơn vị nơi "
            "mình công tác; mọi nhận xét phải dựa trên hồ sơ và có ý kiến của đơn vị được kiểm tra."
        ),
        Heading(text="II. NỘI DUNG KIỂM TRA"),
        *themes,
        Heading(text="III. ĐỐI TƯỢNG, THỜI GIAN KIỂM TRA"),
        Paragraph(text=f"1. Kiểm tra {count(len(said.visits))} lượt đơn vị, {listed}."),
        *in_text,
        Paragraph(text=_chosen(said)),
        Paragraph(
            text="3. Ngoài các đơn vị trong Kế hoạch, việc kiểm tra đột xuất được thực hiện theo "
            "chỉ đạo của lãnh đạo UBND Thành phố hoặc khi có dấu hiệu chậm thời hạn; không báo "
            "trước thời gian, địa điểm."
        ),
        Heading(text="IV. TỔ CHỨC THỰC HIỆN"),
        Paragraph(
            text="1. Đơn vị được kiểm tra chuẩn bị báo cáo, hồ sơ và bố trí người có thẩm quyền "
            "làm "
            "việc với Đoàn kiểm tra."
        ),
        Paragraph(
            text=f"2. {said.issuer.name} ban hành quyết định kiểm tra, thành lập Đoàn kiểm tra; "
            "tổng "
            "hợp kết quả, báo cáo Chủ tịch UBND Thành phố và theo dõi việc thực hiện kiến nghị sau "
            "kiểm tra."
        ),
        Paragraph(
            text="Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các đơn vị phản ánh về "
            f"{said.issuer.name} để được hướng dẫn, giải quyết./."
        ),
    )
    copies = said.copies or (
        "Chủ tịch UBND Thành phố (để báo cáo)",
        "Các đơn vị được kiểm tra",
        f"Lưu: VT{_unit(said.issuer)}",
    )
    return headed(
        said.issuer,
        "KH",
        type_name="Kế hoạch",
        abstract=said.title,
        bases=tuple(said.bases),
        body=body,
        signatures=(signature(said.signer),),
        copies=tuple(copies),
        annexes=annexes,
        day=said.day,
        draft=said.draft,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionDecision:
    """A decision to inspect one unit and its team. ``way`` is "kiểm tra" or "thanh tra"."""

    issuer: Issuer
    signer: Signer
    agency: str
    bases: Sequence[str]
    team: Sequence[Person]
    scope: str
    period_from: date
    period_to: date
    starts_on: date
    days: int
    way: str = "kiểm tra"
    unannounced: bool = False
    proposed_by: str = ""
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def decision(said: InspectionDecision) -> Layout:
    """Quyết định kiểm tra công vụ và thành lập Đoàn (mẫu 1.2)."""
    suddenly = " đột xuất" if said.unannounced else ""
    matter = f"{said.way} công vụ{suddenly} tại {said.agency}"
    bases = list(said.bases)
    if said.proposed_by:
        bases.append(f"Theo đề nghị của {said.proposed_by}")
    body = (
        Paragraph(text="QUYẾT ĐỊNH:", bold=True, centred=True),
        Paragraph(
            lead="Điều 1.",
            text=f"{_first(matter)}, như sau:",
        ),
        Paragraph(text=f"1. Nội dung {said.way}: {said.scope.strip().rstrip('.')}."),
        Paragraph(text=f"2. Thời kỳ được {said.way}: {period(said.period_from, said.period_to)}."),
        Paragraph(
            text=f"3. Thời hạn {said.way}: {count(said.days)} ngày làm việc, bắt đầu từ ngày "
            f"{day_month_year(said.starts_on)}."
        ),
        Paragraph(
            lead="Điều 2.", text=f"Thành lập Đoàn {said.way} công vụ gồm các ông, bà có tên sau:"
        ),
        Items(items=ended(named(said.team))),
        Paragraph(
            lead="Điều 3.",
            text=f"Đoàn {said.way} được yêu cầu đơn vị, cá nhân cung cấp hồ sơ, tài liệu, báo cáo, "
            f"giải trình về những vấn đề thuộc nội dung {said.way}; lập biên bản, báo cáo kết quả "
            "và kiến nghị theo quy định; chịu trách nhiệm về tính khách quan, trung thực của kết "
            "quả. Đoàn tự giải thể sau khi hoàn thành nhiệm vụ.",
        ),
        Paragraph(
            lead="Điều 4.",
            text=f"Quyết định này có hiệu lực kể từ ngày ký. Thủ trưởng {said.agency}, các ông, bà "
            "có tên tại Điều 2 và tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết "
            "định này./.",
        ),
    )
    copies = said.copies or (
        "Như Điều 4",
        "Chủ tịch UBND Thành phố (để báo cáo)",
        f"Lưu: VT{_unit(said.issuer)}",
    )
    return headed(
        said.issuer,
        "QĐ",
        type_name="Quyết định",
        abstract=f"Về việc {matter}",
        authority=f"{said.signer.body or said.signer.post} {said.issuer.name}",
        bases=tuple(bases),
        body=body,
        signatures=(signature(said.signer),),
        copies=tuple(copies),
        day=said.day,
        draft=said.draft,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionNotice:
    """The letter that tells a unit of a planned inspection; none exists for an unannounced one."""

    issuer: Issuer
    signer: Signer
    agency: str
    decision_ref: str
    decision_on: date
    starts_on: date
    scope: str
    place: str
    way: str = "kiểm tra"
    day: date | None = None
    draft: bool = False
    copies: Sequence[str] = ()


def notice_of_inspection(said: InspectionNotice) -> Layout:
    """Công văn thông báo lịch kiểm tra theo kế hoạch (mẫu 1.5)."""
    body = (
        Paragraph(
            text=f"Thực hiện Quyết định số {said.decision_ref} {in_words(said.decision_on)} của "
            f"{said.issuer.name}, {said.issuer.name} thông báo lịch làm việc của Đoàn {said.way} "
            f"công vụ tại {said.agency} như sau:"
        ),
        Paragraph(text=f"1. Thời gian: bắt đầu từ ngày {day_month_year(said.starts_on)}."),
        Paragraph(text=f"2. Địa điểm: {said.place.strip().rstrip('.')}."),
        Paragraph(text=f"3. Nội dung: {said.scope.strip().rstrip('.')}."),
        Paragraph(
            text=f"Đề nghị {said.agency} bố trí người đứng đầu hoặc cấp phó được ủy quyền và cán "
            "bộ "
            "có liên quan làm việc với Đoàn; chuẩn bị hồ sơ, tài liệu thuộc nội dung nêu trên./."
        ),
    )
    return headed(
        said.issuer,
        "",
        abstract=f"{said.way} công vụ tại {said.agency}",
        to=(said.agency,),
        body=body,
        signatures=(signature(said.signer),),
        copies=tuple(said.copies or ("Như trên", f"Lưu: VT{_unit(said.issuer)}")),
        day=said.day,
        draft=said.draft,
    )


def _month(month: int) -> str:
    return f"Tháng {month:02d}"


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _unit(issuer: Issuer) -> str:
    return f", {issuer.unit}" if issuer.unit else ""


def _chosen(said: Plan) -> str:
    if not said.by_risk and not said.by_chance:
        return "2. Các đơn vị được lựa chọn theo yêu cầu quản lý và nội dung chuyên đề."
    text = (
        f"2. Cách lựa chọn: {count(said.by_risk)} đơn vị theo mức độ rủi ro (số thời hạn bị chậm, "
        "hồ sơ không có cập nhật, kiến nghị chưa thực hiện, thời gian kể từ lần kiểm tra trước); "
        f"{count(said.by_chance)} đơn vị theo rút ngẫu nhiên"
    )
    if said.seed:
        text += f" với mã rút thăm “{said.seed}”, ai dùng mã này cũng rút được đúng danh sách trên"
    return f"{text}."
