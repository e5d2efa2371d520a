"""What packs say themselves: content, so in Vietnamese whatever the reader's language."""

from accounts.kept_files import CHANGED, MISSING, UNREADABLE

LEFT_OUT, NOT_PRINTED = "left_out", "not_printed"
#: Why a file that belongs to the pack is not in it.
REASONS = {
    MISSING: "Kho lưu trữ không còn tệp này",
    UNREADABLE: "Kho lưu trữ không đọc được tệp này",
    CHANGED: "Nội dung trong kho không còn đúng như lúc nhận (SHA-256 không khớp)",
    LEFT_OUT: "Gói đã đạt dung lượng tối đa; xem tệp này trong phần mềm",
    NOT_PRINTED: "Văn bản không in lại được từ nội dung đã lưu",
}

LIMIT_COLUMNS = (
    "Hồ sơ, nhiệm vụ",
    "Nội dung",
    "Mã thời hạn",
    "Đơn vị",
    "Quy tắc và bản quy tắc",
    "Căn cứ",
    "Bản lịch dùng khi tính",
    "Bắt đầu",
    "Hạn đầu tiên (hết ngày)",
    "Hạn (hết ngày)",
    "Hoàn thành",
    "Số ngày làm việc chậm",
    "Số ngày làm việc chậm khi chưa trừ gia hạn, tạm dừng",
    "Người đứng đầu trong ngày để quá hạn",
    "Số lần đổi hạn",
    "Số cờ quá hạn",
    "Số lần nhắc",
)

#: What a day of the strip does in the count.
DAYS = {"event": "ngày xảy ra sự kiện, không tính", "waiting": "không tính", "deemed": "không tính"}
WEEKEND, NOT_COUNTED, COUNTED = "nghỉ cuối tuần", "không tính", "ngày thứ {0}"
NO_CALENDAR = "Lịch làm việc chưa được công bố đủ"

ABOUT = (
    "Gồm các thời hạn bị chậm có ngày cuối cùng không được bảo đảm nằm trong thời kỳ nêu trên"
    "{whose}, cùng biên bản, yêu cầu giải trình, kiến nghị và đề xuất có liên quan."
)
WHOSE_DAYS = " và trong những ngày người này đứng đầu đơn vị"
ABOUT_RECORD = "Gồm các thời hạn nêu trong biên bản, yêu cầu giải trình và các việc tiếp theo."
MORE_ENTRIES = (
    "Bảng này in {shown} diễn biến đầu tiên; toàn bộ {all} diễn biến có trong tệp so-cai.jsonl."
)
MORE_LIMITS = (
    "Phụ lục in {shown} thời hạn đầu tiên; toàn bộ {all} thời hạn có trong tệp thoi-han.csv."
)
DATA = "Mã kiểm tra dưới đây là của tệp thoi-han.jsonl trong gói chứng cứ."
SYSTEM = "Hệ thống"

READ_ME = """GÓI CHỨNG CỨ

Về: {subject}
Thời kỳ: từ ngày {first} đến hết ngày {last}
Lập lúc {at} bởi {by}

Trong gói có:
  dien-bien.pdf      bảng diễn biến để đọc và in
  thoi-han.csv       các thời hạn, mỗi thời hạn một dòng, mở được bằng Excel
  thoi-han.jsonl     từng thời hạn: quy tắc và bản quy tắc, hạn, các lần đổi hạn, cờ quá hạn,
                     từng ngày đã đếm, người đứng đầu trong ngày để quá hạn
  quy-tac.json       các bản quy tắc đã dùng
  lich.json          ngày nghỉ, ngày làm bù, văn bản công bố và các bản lịch
  nhac-viec.jsonl    các lần nhắc việc và thông báo đã gửi
  giai-trinh.json    yêu cầu giải trình và nội dung trả lời
  kiem-tra.json      cuộc kiểm tra: quyết định, đoàn kiểm tra, cách rút mẫu hồ sơ
  bien-ban.json      biên bản và những số liệu biên bản đã chép lại
  xu-ly.json         kiến nghị, báo cáo khắc phục, đề xuất, quyết định
  van-ban/, van-ban.json   văn bản đã ban hành, in lại từ nội dung đã lưu
  tep/, tep.json     chứng cứ và tài liệu đính kèm; tệp nào không có trong gói được nêu rõ lý do
  so-cai.jsonl       các bút toán của sổ cái, kèm mắt xích và mã niêm phong
  goi.json           gói này nói về ai, thời kỳ nào, ai lập, lập lúc nào
  kiem_tra.py        chương trình kiểm tra, chỉ cần Python 3.9 trở lên
  MANIFEST.sha256    mã SHA-256 của từng tệp (đọc được bằng sha256sum -c)

Cách kiểm tra:
  python3 -I kiem_tra.py GOI.zip     kiểm tra nguyên gói
  python3 -I kiem_tra.py             kiểm tra thư mục đã giải nén
Kết quả nêu tên từng tệp bị sửa, bị mất, bị thêm và từng bút toán có mã không khớp.

Tính lại mã của một bút toán: lấy SHA-256 của (mã "previous", dấu xuống dòng, bút toán "event" viết
dưới dạng JSON, khóa xếp theo thứ tự, không dấu cách, UTF-8); kết quả phải bằng "digest".
Kiểm tra trên chứng minh các tệp khớp với nhau. Để biết cả gói có bị lập lại hay không, hãy so mã
SHA-256 của MANIFEST.sha256 với mã ghi trong sổ cái khi lập gói (hỏi kiểm toán viên, hoặc chạy
"manage.py verify_pack GOI.zip --ledger" trên máy chủ), và so các mắt xích với sổ cái.
"""
