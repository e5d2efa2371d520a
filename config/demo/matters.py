"""What demo dossiers are about, by agency, and what leaders and agencies write about them.

Sentences as such papers use them; ``{place}`` is a place in the city, ``{own}`` the agency's own
area. No real case is meant.
"""

import random

from agencies.models import Agency, Kind

PLACES = (
    "phố Hàng Bông", "phố Tràng Thi", "đường Giải Phóng", "đường Nguyễn Trãi", "khu vực hồ Tây",
    "khu đô thị mới phía Tây", "khu vực ga Hà Nội", "đường Vành đai 3", "đường Vành đai 4",
    "khu công nghiệp Nam Thăng Long", "bãi giữa sông Hồng", "khu vực Cổ Loa", "khu vực Hòa Lạc",
    "tuyến sông Nhuệ", "hồ Linh Đàm", "chợ Đồng Xuân", "công viên Thống Nhất", "đường Cổ Linh",
    "khu tái định cư Nam Trung Yên", "khu vực chùa Hương",
)  # fmt: skip

_BY_CODE = {
    "STP": (
        "Ban hành Quy chế phối hợp kiểm tra, xử lý văn bản quy phạm pháp luật trên địa bàn",
        "Kế hoạch phổ biến, giáo dục pháp luật giai đoạn mới",
        "Thành lập Hội đồng phối hợp phổ biến, giáo dục pháp luật Thành phố",
        "Bổ nhiệm công chứng viên và điều chỉnh địa bàn hoạt động công chứng",
    ),
    "SCT": (
        "Điều chỉnh quy hoạch chi tiết cụm công nghiệp tại {place}",
        "Phương án bảo đảm cung ứng điện mùa nắng nóng khu vực {place}",
        "Tổ chức hội chợ đặc sản vùng miền tại {place}",
        "Danh mục chợ dân sinh cần cải tạo, nâng cấp khu vực {place}",
    ),
    "SVHTT": (
        "Tu bổ, tôn tạo di tích cấp Thành phố tại {place}",
        "Tổ chức giải chạy bán chuyên nghiệp quanh {place}",
        "Đặt tên, đổi tên một số đường, phố khu vực {place}",
        "Cấp phép tổ chức chương trình nghệ thuật ngoài trời tại {place}",
    ),
    "SDL": (
        "Đề án phát triển du lịch cộng đồng tại {place}",
        "Công nhận điểm du lịch {place}",
        "Kế hoạch xúc tiến du lịch tại nước ngoài",
    ),
    "SGDĐT": (
        "Kế hoạch tuyển sinh vào lớp 10 và chỉ tiêu các trường công lập",
        "Đầu tư xây dựng trường trung học phổ thông tại {place}",
        "Điều chỉnh mức thu dịch vụ giáo dục của trường chất lượng cao",
        "Sáp nhập hai trường tiểu học tại {place}",
    ),
    "SYT": (
        "Đề án vị trí việc làm của bệnh viện trực thuộc",
        "Mua sắm trang thiết bị y tế tập trung",
        "Kế hoạch phòng, chống sốt xuất huyết khu vực {place}",
        "Chủ trương đầu tư trạm y tế lưu động tại {place}",
    ),
    "QHKT": (
        "Điều chỉnh cục bộ quy hoạch phân khu tại {place}",
        "Nhiệm vụ quy hoạch chi tiết tỷ lệ 1/500 tại {place}",
        "Chấp thuận tổng mặt bằng công trình công cộng tại {place}",
        "Cung cấp chỉ giới đường đỏ đoạn qua {place}",
    ),
    "TTTP": (
        "Kết luận thanh tra việc quản lý đất đai tại {place}",
        "Kế hoạch thanh tra năm và điều chỉnh nội dung thanh tra",
        "Báo cáo kết quả giải quyết tố cáo liên quan dự án tại {place}",
    ),
    "SNV": (
        "Giao chỉ tiêu biên chế công chức cho các cơ quan, đơn vị",
        "Quy định chức năng, nhiệm vụ của phòng chuyên môn thuộc UBND cấp xã",
        "Khen thưởng thành tích trong phong trào thi đua năm",
        "Kế hoạch kiểm tra công vụ đột xuất quý này",
    ),
    "STC": (
        "Chủ trương đầu tư dự án cải tạo, nâng cấp hạ tầng tại {place}",
        "Phân bổ nguồn tăng thu ngân sách Thành phố",
        "Phê duyệt giá khởi điểm đấu giá quyền sử dụng đất tại {place}",
        "Điều chỉnh kế hoạch vốn đầu tư công trung hạn",
        "Quyết toán dự án hoàn thành tại {place}",
    ),
    "SNNMT": (
        "Thu hồi đất thực hiện dự án tại {place}",
        "Phê duyệt bảng giá đất điều chỉnh khu vực {place}",
        "Cấp phép khai thác nước dưới đất tại {place}",
        "Phương án bảo vệ đê điều trọng điểm khu vực {place}",
        "Giao đất xây dựng trường học tại {place}",
    ),
    "SXD": (
        "Cấp phép xây dựng nhà ga ngầm tại {place}",
        "Phương án phân luồng giao thông phục vụ thi công tại {place}",
        "Cải tạo chung cư cũ khu vực {place}",
        "Chấp thuận chủ đầu tư dự án nhà ở xã hội tại {place}",
        "Xử lý ngập úng cục bộ tại {place}",
    ),
    "SKHCN": (
        "Danh mục nhiệm vụ khoa học và công nghệ cấp Thành phố",
        "Kế hoạch chuyển đổi số của các cơ quan, đơn vị",
        "Cơ chế hỗ trợ doanh nghiệp khởi nghiệp sáng tạo",
    ),
    "SDTTG": (
        "Chính sách hỗ trợ đồng bào dân tộc thiểu số khu vực {place}",
        "Cải tạo cơ sở tôn giáo tại {place}",
    ),
    "BQLCNCKCN": (
        "Chấp thuận nhà đầu tư thuê đất tại {place}",
        "Điều chỉnh quy hoạch phân khu chức năng khu công nghệ cao",
        "Phương án cấp nước sạch cho khu công nghiệp tại {place}",
    ),
    "TTPVHCC": (
        "Bố trí điểm tiếp nhận hồ sơ thủ tục hành chính tại {place}",
        "Quy chế hoạt động của các chi nhánh Trung tâm",
    ),
}

_BY_KIND = {
    Kind.PROJECT_BOARD: (
        "Điều chỉnh thời gian thực hiện dự án đoạn qua {place}",
        "Phê duyệt kế hoạch lựa chọn nhà thầu dự án tại {place}",
        "Bổ sung kinh phí giải phóng mặt bằng dự án tại {place}",
        "Gia hạn hợp đồng gói thầu xây lắp tại {place}",
    ),
    Kind.WARD: (
        "Điều chỉnh quy hoạch chi tiết khu dân cư thuộc {own}",
        "Cải tạo vỉa hè, hè phố và chiếu sáng tại {own}",
        "Phương án bồi thường, hỗ trợ, tái định cư dự án mở rộng ngõ tại {own}",
        "Bố trí kinh phí sửa chữa trường mầm non tại {own}",
        "Xử lý công trình vi phạm trật tự xây dựng tại {own}",
        "Tổ chức không gian đi bộ và tuyến phố ẩm thực tại {own}",
        "Thu hồi đất xen kẹt làm sân chơi cộng đồng tại {own}",
        "Chuyển mục đích sử dụng nhà, đất công tại {own}",
    ),
    Kind.COMMUNE: (
        "Công nhận đạt chuẩn nông thôn mới kiểu mẫu đối với {own}",
        "Đấu giá quyền sử dụng đất khu dân cư mới tại {own}",
        "Nâng cấp tuyến kênh tưới nội đồng tại {own}",
        "Chuyển đổi cơ cấu cây trồng trên đất lúa tại {own}",
        "Xây dựng trạm cấp nước sạch liên thôn tại {own}",
        "Hỗ trợ thiệt hại do úng ngập vụ mùa tại {own}",
        "Mở rộng nghĩa trang nhân dân tại {own}",
        "Tu bổ đình làng đã xếp hạng di tích tại {own}",
    ),
}

DIRECTIONS = {
    "explain": (
        "Giải trình căn cứ pháp lý và sự cần thiết của đề xuất.",
        "Làm rõ vì sao số liệu trong tờ trình khác với biên bản thẩm định.",
        "Giải trình nguồn vốn và khả năng cân đối ngân sách.",
        "Giải trình lý do điều chỉnh so với chủ trương đã được chấp thuận.",
        "Báo cáo rõ trách nhiệm của từng bộ phận trong việc chậm lập hồ sơ.",
        "Làm rõ ý kiến của các hộ dân bị ảnh hưởng và phương án tiếp thu.",
    ),
    "supplement": (
        "Bổ sung ý kiến bằng văn bản của các sở liên quan.",
        "Bổ sung bản vẽ vị trí và bảng thống kê diện tích.",
        "Hoàn thiện dự thảo quyết định theo đúng thẩm quyền, ký tắt lại.",
        "Bổ sung báo cáo đánh giá tác động và phương án dự phòng.",
        "Bổ sung biên bản họp dân và danh sách ký nhận.",
    ),
}
REPORTS = (
    "Đơn vị đã rà soát, bổ sung căn cứ pháp lý và chỉnh lại dự thảo như văn bản kèm theo.",
    "Số liệu chênh lệch do thời điểm chốt khác nhau; đơn vị đã đối chiếu và thống nhất lại.",
    "Nguồn vốn bố trí từ kế hoạch đầu tư công trung hạn; bảng cân đối gửi kèm.",
    "Đã lấy đủ ý kiến các sở liên quan, tổng hợp tiếp thu tại phụ lục.",
    "Đã bổ sung bản vẽ, bảng thống kê và biên bản họp dân theo yêu cầu.",
)
LATE_REASONS = (
    "Chờ văn bản góp ý của đơn vị phối hợp.",
    "Phải đo đạc lại hiện trạng do số liệu cũ không còn phù hợp.",
    "Cán bộ theo dõi nghỉ ốm, chưa kịp phân công người thay.",
    "Khối lượng tài liệu cần rà soát lớn, nhận đủ hồ sơ muộn.",
)
CONCLUSIONS = (
    "Đồng ý chủ trương; giao đơn vị hoàn thiện và tổ chức thực hiện theo quy định.",
    "Thống nhất nội dung tờ trình; Văn phòng dự thảo quyết định trình ký.",
    "Đồng ý về nguyên tắc, điều chỉnh tiến độ cho phù hợp nguồn vốn được giao.",
    "Chấp thuận phương án 1; yêu cầu báo cáo tiến độ hằng tháng.",
    "Chưa đồng ý mở rộng phạm vi; thực hiện trong phạm vi đã được duyệt.",
)
OFFICE_LATE_REASONS = (
    "Chờ ý kiến thống nhất câu chữ của sở chủ trì.",
    "Phải chỉnh lại thể thức và thẩm quyền ký của dự thảo.",
)
EXCEPTIONS = (
    "Cấp phó ký thay (KT.) do người đứng đầu đi công tác ngoài Thành phố; có văn bản phân công kèm "
    "theo.",
    "Cấp phó ký thay (KT.) do người đứng đầu nghỉ ốm, việc cần trình gấp.",
)
NO_INITIALS = (
    "Dự thảo gửi bản điện tử, người đứng đầu ký tắt trên bản giấy và gửi bổ sung trong ngày.",
)


def matter_of(agency: Agency, rng: random.Random) -> str:
    """The subject line of a submission of this agency."""
    sentences = _BY_CODE.get(agency.code) or _BY_KIND[Kind(agency.kind)]
    own = agency.name.removeprefix("UBND ")
    return rng.choice(sentences).format(place=rng.choice(PLACES), own=own)


def symbol_of(agency: Agency) -> str:
    """What the agency's papers carry after the hyphen: "TTr-SNV", "TTr-UBND"."""
    if agency.kind in {Kind.WARD, Kind.COMMUNE}:
        return "UBND"
    return agency.code.replace("-", "")


#: Class of reason and what is missing, when the City Office returns a dossier.
RETURNS = (
    ("initials", "Dự thảo chưa có ký tắt của thủ trưởng đơn vị ở từng trang."),
    ("composition", "Thiếu bảng tổng hợp tiếp thu, giải trình ý kiến của các sở, ngành."),
    ("opinion", "Chưa có ý kiến thẩm định của Sở Tư pháp đối với dự thảo văn bản."),
    ("form", "Thể thức dự thảo chưa đúng Nghị định 30/2020/NĐ-CP; đề nghị chỉnh sửa căn cứ."),
)

#: Cover slips: what verification found, what the City Office proposes.
SLIPS = (
    (
        "Hồ sơ đủ thành phần; nội dung phù hợp thẩm quyền của UBND Thành phố. Các sở, ngành liên "
        "quan đã thống nhất.",
        "Kính trình lãnh đạo UBND Thành phố xem xét, ký ban hành.",
    ),
    (
        "Căn cứ pháp lý đầy đủ. Phần kinh phí cần làm rõ nguồn và tiến độ bố trí.",
        "Đề xuất yêu cầu đơn vị giải trình thêm về nguồn kinh phí trước khi quyết định.",
    ),
    (
        "Còn ý kiến khác nhau về phạm vi thực hiện giữa đơn vị trình và cơ quan chuyên môn.",
        "Đề xuất lãnh đạo UBND Thành phố chủ trì họp để thống nhất.",
    ),
)

#: What agencies are asked for their opinion on.
QUESTIONS = (
    "Đề nghị quý cơ quan có ý kiến về sự phù hợp của nội dung trình với quy hoạch và kế hoạch của "
    "ngành.",
    "Đề nghị cho ý kiến về nguồn vốn và khả năng cân đối ngân sách thực hiện.",
    "Đề nghị rà soát cơ sở pháp lý và thẩm quyền quyết định nêu trong tờ trình.",
)

#: Place and purpose of a meeting.
MEETINGS = (
    ("Phòng họp số 2, trụ sở UBND Thành phố", "Thống nhất phương án và tiến độ thực hiện."),
    ("Phòng họp số 5, trụ sở UBND Thành phố", "Làm rõ nguồn kinh phí và trách nhiệm phối hợp."),
)

REJECTIONS = (
    "Nội dung trình chưa phù hợp quy hoạch được duyệt; đơn vị nghiên cứu phương án khác.",
    "Chưa cần thiết ban hành văn bản riêng; thực hiện theo quy định hiện hành.",
)

WITHDRAWALS = (
    "Đơn vị cần rà soát lại số liệu trước khi trình.",
    "Văn bản của cấp trên vừa thay đổi, đề nghị rút hồ sơ để điều chỉnh.",
)
