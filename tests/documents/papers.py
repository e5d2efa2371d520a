"""One of each form with data as they occur in Hanoi: what the tests measure and people look at."""

from dataclasses import replace
from datetime import UTC, date, datetime

from documents import forms
from documents.layout import Layout

HOME_AFFAIRS = forms.Issuer(name="Sở Nội vụ", code="SNV", unit="CCVC")
TEAM = forms.Issuer(name="Đoàn kiểm tra công vụ", code="ĐKT")
CITY_COMMITTEE = forms.Issuer(
    name="Ủy ban nhân dân thành phố Hà Nội", code="UBND", governing="", unit="NC"
)
OFFICE = forms.Issuer(name="Văn phòng", code="VP", unit="TH")
WARD = forms.Issuer(name="Ủy ban nhân dân phường Hoàn Kiếm", code="UBND")
DIRECTOR = forms.Signer(name="Trần Đình Cảnh", post="Giám đốc")
DEPUTY = forms.Signer(name="Vũ Thu Hương", post="Phó Giám đốc", capacity="KT.", body="Giám đốc")
CHAIR = forms.Signer(
    name="Nguyễn Quang Minh",
    post="Phó Chủ tịch",
    capacity="TM.",
    body="Ủy ban nhân dân\nKT. Chủ tịch",
)
CHIEF = forms.Signer(name="Lê Thị Thu", post="Chánh Văn phòng", capacity="TL.", body="Chủ tịch")
WARD_CHAIR = forms.Signer(name="Phạm Văn Hùng", post="Chủ tịch")
HUNG = forms.Person(name="Phạm Văn Hùng", post="Chủ tịch UBND phường Hoàn Kiếm")
AGENCY = "UBND phường Hoàn Kiếm"
DAY = date(2026, 2, 5)
BASES = (
    "Căn cứ Luật Cán bộ, công chức ngày 24 tháng 6 năm 2025",
    "Căn cứ Nghị định số 157/2007/NĐ-CP ngày 27 tháng 10 năm 2007 của Chính phủ quy định chế độ "
    "trách nhiệm đối với người đứng đầu cơ quan, tổ chức, đơn vị của Nhà nước trong thi hành nhiệm "
    "vụ, công vụ",
    f"Căn cứ {forms.DIRECTIVE} về việc chấn chỉnh kỷ luật, kỷ cương hành chính",
)

_MATTERS = (
    "Giải trình phương án tổ chức lại giao thông khu vực hồ Hoàn Kiếm dịp Tết Nguyên đán",
    "Bổ sung hồ sơ điều chỉnh kế hoạch sử dụng đất năm 2026",
    "Báo cáo kết quả rà soát thủ tục hành chính lĩnh vực hộ tịch",
    "Hoàn thiện tờ trình đầu tư cải tạo Trường Tiểu học Trưng Vương",
)


def late(position: int) -> forms.Late:
    """The n-th late limit of a made-up ward."""
    return forms.Late(
        code=f"H26.103.25.7-260{position % 9 + 1:02d}-{position:04d}",
        matter=_MATTERS[position % len(_MATTERS)],
        direction="Chỉ đạo của Phó Chủ tịch Nguyễn Quang Minh ngày 12/01/2026",
        due_on=date(2026, 1, 14),
        met_on=date(2026, 1, 20) if position % 2 else None,
        net=4 + position % 12,
        gross=6 + position % 12 if position % 3 == 0 else None,
        desk="Phòng Kinh tế, Hạ tầng và Đô thị - Đỗ Thị Lan",
        head="Phạm Văn Hùng",
        reminders=position % 4,
        returns=position % 3,
        missing="Thiếu chữ ký tắt trên dự thảo" if position % 2 else "",
        explanation="Chờ ý kiến của Sở Xây dựng, nhận ngày 19/01/2026" if position % 2 else "",
    )


def limits(number: int) -> tuple[forms.Late, ...]:
    return tuple(late(position) for position in range(1, number + 1))


EXTRACT = forms.Extract(
    at=datetime(2026, 2, 5, 1, 15, tzinfo=UTC),
    by="Trần Thị Hoa, Chuyên viên Sở Nội vụ",
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
TEAM_MEMBERS = (
    forms.Person(name="Vũ Thu Hương", post="Phó Giám đốc Sở Nội vụ", part="Trưởng đoàn"),
    forms.Person(name="Trần Thị Hoa", post="Chuyên viên Sở Nội vụ", part="Thư ký"),
    forms.Person(
        name="Ngô Văn Sáu", post="Chuyên viên Văn phòng UBND Thành phố", part="Thành viên"
    ),
)

PLAN = forms.Plan(
    issuer=HOME_AFFAIRS,
    signer=DIRECTOR,
    title="Kiểm tra công vụ năm 2026",
    year=2026,
    bases=BASES,
    by_risk=2,
    by_chance=1,
    seed="2026-7f3a",
    visits=(
        forms.Visit(
            agency=AGENCY,
            month=3,
            theme="Thời hạn giải trình, bổ sung",
            why="09 thời hạn bị chậm trong năm 2025; chưa được kiểm tra từ ngày 01/7/2025",
        ),
        forms.Visit(
            agency="Sở Xây dựng",
            month=5,
            theme="Thời hạn cho ý kiến",
            why="04 hồ sơ không có cập nhật quá 10 ngày làm việc",
        ),
        forms.Visit(
            agency="UBND xã Sóc Sơn", month=10, theme="Kỷ luật, kỷ cương", why="Rút ngẫu nhiên"
        ),
    ),
    day=DAY,
)

DECISION = forms.InspectionDecision(
    issuer=HOME_AFFAIRS,
    signer=DIRECTOR,
    agency=AGENCY,
    bases=BASES,
    proposed_by="Trưởng phòng Công chức, viên chức",
    team=TEAM_MEMBERS,
    scope="Việc chấp hành thời hạn giải trình, bổ sung; việc ký tờ trình, ký tắt dự thảo",
    period_from=date(2025, 7, 1),
    period_to=date(2025, 12, 31),
    starts_on=date(2026, 2, 9),
    days=3,
    unannounced=True,
    day=DAY,
)

NOTICE = forms.InspectionNotice(
    issuer=HOME_AFFAIRS,
    signer=DEPUTY,
    agency=AGENCY,
    decision_ref="05/QĐ-SNV",
    decision_on=DAY,
    starts_on=date(2026, 2, 9),
    scope="Việc chấp hành thời hạn giải quyết hồ sơ, nhiệm vụ được giao",
    place="Trụ sở UBND phường Hoàn Kiếm, 126 Hàng Trống",
    day=DAY,
)

RECORD = forms.InspectionRecord(
    issuer=TEAM,
    agency=AGENCY,
    decision_ref="05/QĐ-SNV",
    decision_on=DAY,
    bases=BASES,
    started_at=datetime(2026, 2, 9, 1, 30, tzinfo=UTC),
    place="trụ sở UBND phường Hoàn Kiếm, 126 Hàng Trống",
    team=TEAM_MEMBERS,
    inspected=(
        forms.Person(name="Lý Thị Mai", post="Phó Chủ tịch UBND phường Hoàn Kiếm"),
        forms.Person(name="Đỗ Thị Lan", post="Văn thư"),
    ),
    absent="dự họp của Thành ủy theo Giấy mời số 15-GM/TU",
    witnesses=(forms.Person(name="Bùi Văn Chín", post="Tổ trưởng tổ dân phố số 4"),),
    scope="Việc chấp hành thời hạn giải trình, bổ sung; việc ký tờ trình, ký tắt dự thảo",
    period_from=date(2025, 7, 1),
    period_to=date(2025, 12, 31),
    method='Chọn hồ sơ ngẫu nhiên theo từng lĩnh vực, mã rút thăm "HK-26"',
    population=112,
    sample=20,
    findings=limits(4),
    papers_seen="Sổ đăng ký văn bản đến năm 2025\nHồ sơ trình của 20 hồ sơ được chọn",
    exhibits=(forms.Kept(name="Ảnh chụp sổ đăng ký văn bản đến, trang 12", sha256=EXTRACT.sha256),),
    shortcomings="Hồ sơ nằm tại bộ phận chuyên môn nhiều ngày, không có cập nhật",
    causes="Chưa phân công rõ trách nhiệm từng bộ phận",
    opinion=forms.Opinion(
        kind="partly",
        text="Đơn vị nhất trí với số liệu. Riêng hồ sơ thứ 2 phải chờ ý kiến của Sở Xây dựng ... "
        "đề nghị Đoàn xem xét.",
        by=forms.Person(name="Lý Thị Mai", post="Phó Chủ tịch UBND phường"),
        on=date(2026, 2, 9),
    ),
    requests="Hoàn thành các hồ sơ còn chậm trước ngày 27/02/2026\nBáo cáo về Sở Nội vụ",
    recommendations="Làm rõ trách nhiệm của người đứng đầu và bộ phận giữ hồ sơ",
    ended_at=datetime(2026, 2, 9, 9, 45, tzinfo=UTC),
    pages=5,
    copies_made=3,
    kept_by="Đoàn kiểm tra giữ 02 bản, UBND phường giữ 01 bản",
    extract=EXTRACT,
    signed=(
        forms.Signed(
            side="Đại diện đơn vị được kiểm tra",
            name="Lý Thị Mai",
            refused="chưa nhất trí với nội dung mục III",
            witness="Bùi Văn Chín, Tổ trưởng tổ dân phố số 4",
        ),
        forms.Signed(side="Người ghi biên bản", name="Trần Thị Hoa", signed_on=date(2026, 2, 9)),
        forms.Signed(side="Trưởng đoàn", name="Vũ Thu Hương"),
    ),
    day=date(2026, 2, 9),
)

ASKED = forms.Asked(
    ref="07/SNV-CCVC",
    on=date(2026, 1, 22),
    due_on=date(2026, 1, 26),
    answered_on=date(2026, 1, 26),
    answer="Phường phải chờ ý kiến của Sở Xây dựng.\nPhường nhận thiếu sót trong việc đôn đốc.",
    cause="Nguyên nhân chủ quan và khách quan",
    circumstances="Công văn số 112/SXD-KHTC của Sở Xây dựng đến ngày 19/01/2026.",
)
LATENESS = forms.LatenessRecord(
    issuer=HOME_AFFAIRS,
    agency=AGENCY,
    head=HUNG,
    held_from=date(2025, 7, 1),
    held_to=date(2026, 1, 31),
    period_from=date(2025, 7, 1),
    period_to=date(2026, 1, 31),
    bases=BASES,
    limits=limits(12),
    asked=ASKED,
    drawn_up_at=datetime(2026, 2, 5, 2, 0, tzinfo=UTC),
    place="trụ sở Sở Nội vụ, 18B Lê Thánh Tông",
    authors=(forms.Person(name="Trần Thị Hoa", post="Chuyên viên Sở Nội vụ"),),
    present=(HUNG,),
    shortcomings="Không bảo đảm thời hạn giải trình, bổ sung",
    causes="Chưa phân công rõ trách nhiệm từng bộ phận",
    requests="Hoàn thành các hồ sơ còn chậm trước ngày 27/02/2026",
    recommendations="Xem xét trách nhiệm của người đứng đầu theo quy định",
    opinion=forms.Opinion(kind="agrees", text="Nhất trí.", by=HUNG, on=DAY),
    ended_at=datetime(2026, 2, 5, 3, 30, tzinfo=UTC),
    pages=4,
    copies_made=2,
    extract=EXTRACT,
    signed=(
        forms.Signed(side="Đại diện đơn vị", name="Phạm Văn Hùng"),
        forms.Signed(side="Người lập biên bản", name="Trần Thị Hoa"),
        forms.Signed(side="Đại diện Sở Nội vụ", name="Vũ Thu Hương"),
    ),
    day=DAY,
)

EXPLANATION = forms.ExplanationRequest(
    issuer=HOME_AFFAIRS,
    signer=DEPUTY,
    head=HUNG,
    agency=AGENCY,
    limits=limits(3),
    as_of=date(2026, 2, 4),
    period_from=date(2025, 7, 1),
    period_to=date(2026, 1, 31),
    due_on=date(2026, 2, 9),
    amount="02 ngày làm việc",
    day=DAY,
)

SUBMISSION = forms.Submission(
    issuer=HOME_AFFAIRS,
    signer=DIRECTOR,
    agency=AGENCY,
    person=HUNG,
    record_ref="05/BB-SNV",
    record_on=DAY,
    bases=BASES,
    limits=limits(4),
    period_from=date(2025, 7, 1),
    period_to=date(2026, 1, 31),
    request_ref="07/SNV-CCVC",
    request_on=date(2026, 1, 22),
    explanation=ASKED.answer,
    explained_on=date(2026, 1, 26),
    assessment="Việc chậm thời hạn kéo dài, lặp lại qua nhiều tháng; đơn vị đã nhận thiếu sót.",
    circumstances="01 hồ sơ phải chờ ý kiến của Sở Xây dựng.",
    asked="Phê bình bằng văn bản và yêu cầu kiểm điểm, rút kinh nghiệm.",
    basis="Luật Cán bộ, công chức 2025; Nghị định 172/2025/NĐ-CP",
    processing_until=date(2026, 5, 6),
    attached=("Biên bản số 05/BB-SNV", "Báo cáo giải trình của đơn vị", "Dự thảo văn bản"),
    day=DAY,
)

CONCLUSION = forms.ConclusionNotice(
    issuer=HOME_AFFAIRS,
    signer=DEPUTY,
    agency=AGENCY,
    record_ref="05/BB-ĐKT",
    record_on=date(2026, 2, 9),
    bases=BASES,
    findings=limits(3),
    period_from=date(2025, 7, 1),
    period_to=date(2025, 12, 31),
    merits="Đơn vị bố trí đủ người tiếp nhận, trả kết quả",
    shortcomings="Hồ sơ nằm tại bộ phận chuyên môn nhiều ngày, không có cập nhật",
    causes="Chưa phân công rõ trách nhiệm từng bộ phận",
    opinion="Đơn vị nhất trí với số liệu.",
    conclusion="Người đứng đầu chịu trách nhiệm về việc chậm 03 thời hạn nêu trên.",
    remedies=(
        forms.Remedy(
            text="Hoàn thành hồ sơ còn chậm, báo cáo UBND Thành phố",
            owner=AGENCY,
            due_on=date(2026, 2, 27),
        ),
        forms.Remedy(
            text="Ban hành quy định phân công trách nhiệm từng bộ phận",
            owner=AGENCY,
            due_on=date(2026, 3, 16),
        ),
    ),
    day=date(2026, 2, 12),
)

REMINDER = forms.Reminder(
    issuer=replace(OFFICE, name="Văn phòng"),
    signer=CHIEF,
    agency=AGENCY,
    limits=limits(12),
    as_of=date(2026, 2, 4),
    new_due_on=date(2026, 2, 9),
    day=DAY,
)

VERDICT = forms.LeaderDecision(
    issuer=CITY_COMMITTEE,
    signer=CHAIR,
    kind="amend",
    proposal_ref="08/TTr-SNV",
    proposal_on=DAY,
    proposer="Sở Nội vụ",
    person=HUNG,
    agency=AGENCY,
    outcome="Kiểm điểm trách nhiệm",
    reason="Đơn vị đã khắc phục phần lớn hồ sơ trong tháng 01/2026.",
    basis="Luật Cán bộ, công chức 2025; Nghị định 172/2025/NĐ-CP",
    carried_by="UBND phường Hoàn Kiếm",
    due_on=date(2026, 3, 16),
    day=date(2026, 2, 12),
)

APOLOGY = forms.Apology(
    issuer=WARD,
    signer=WARD_CHAIR,
    to="Bà Nguyễn Thị Bích",
    address="số 12 phố Hàng Bạc, phường Hoàn Kiếm",
    code="H26.103.25.7-260120-0112",
    matter="Cấp bản sao trích lục hộ tịch",
    received_on=date(2026, 1, 20),
    promised_on=date(2026, 2, 6),
    new_on=date(2026, 2, 11),
    reason="Hồ sơ lưu trữ trước năm 1975 phải tra cứu bằng tay, mất nhiều thời gian hơn dự kiến.",
    contact="Bộ phận Tiếp nhận và Trả kết quả, điện thoại 024.38xxxxxx".replace("x", "2"),
    day=DAY,
)

TIMELINE = forms.Timeline(
    issuer=HOME_AFFAIRS,
    subject=f"Ông (bà) {HUNG.name}, {HUNG.post}",
    period_from=date(2026, 1, 1),
    period_to=date(2026, 1, 31),
    entries=tuple(
        forms.Entry(
            at=datetime(2026, 1, 12 + n, 2, 5 * n, tzinfo=UTC),
            what=what,
            who=who,
            document=document,
        )
        for n, (what, who, document) in enumerate(
            (
                ("Yêu cầu giải trình, bổ sung", "Nguyễn Quang Minh, Phó Chủ tịch", "112/UBND-NC"),
                ("Nhắc việc trước hạn 01 ngày làm việc", "Hệ thống", ""),
                ("Quá hạn", "Hệ thống", ""),
                ("Đơn vị báo cáo", "Phạm Văn Hùng, Chủ tịch", "45/BC-UBND"),
            )
        )
    ),
    limits=(
        forms.Counted(
            code="H26.103.25.7-26002-0001",
            rule="Giải trình, bổ sung: 02 ngày làm việc (bản 1); Công văn 4449/UBND-TKBT",
            started_at=datetime(2026, 1, 12, 2, 0, tzinfo=UTC),
            due_on=date(2026, 1, 14),
            met_on=date(2026, 1, 20),
            days="12/01 không tính (ngày xảy ra sự kiện); 13/01 ngày thứ 1; 14/01 ngày thứ 2",
            head="Phạm Văn Hùng",
        ),
    ),
    extract=EXTRACT,
    day=DAY,
)


def numbered(layout: Layout, number: int = 5) -> Layout:
    return replace(layout, number=number) if layout.symbol else layout


SAMPLES: dict[str, Layout] = {
    "plan": numbered(forms.plan(PLAN)),
    "decision": numbered(forms.decision(DECISION)),
    "notice": numbered(forms.notice_of_inspection(NOTICE), 123),
    "record": numbered(forms.inspection_record(RECORD)),
    "lateness": numbered(forms.lateness_record(LATENESS)),
    "explanation": numbered(forms.explanation_request(EXPLANATION), 7),
    "submission": numbered(forms.responsibility_submission(SUBMISSION), 8),
    "conclusion": numbered(forms.conclusion_notice(CONCLUSION), 20),
    "reminder": numbered(forms.reminder_letter(REMINDER), 4449),
    "verdict": numbered(forms.leader_decision(VERDICT), 88),
    "apology": numbered(forms.apology_slip(APOLOGY)),
    "timeline": forms.timeline(TIMELINE),
}
