"""What the people of the demo write into plans, records and proposals: invented, in Vietnamese."""

SCOPES = (
    "Việc chấp hành thời hạn giải quyết hồ sơ, nhiệm vụ UBND Thành phố giao; trách nhiệm của người "
    "đứng đầu",
    "Kỷ luật, kỷ cương hành chính; việc giải trình, bổ sung hồ sơ theo ý kiến chỉ đạo",
)
OPINIONS = (
    ("agrees", ""),
    ("agrees", "Đơn vị thống nhất và sẽ khắc phục ngay các tồn tại đã nêu."),
    ("partly", "Có hồ sơ chậm do phải chờ ý kiến bằng văn bản của cơ quan phối hợp."),
)
ANSWERS = (
    ("Trong kỳ, cán bộ theo dõi nghỉ ốm dài ngày; đơn vị phân công người thay chậm.", "subjective"),
    (
        "Hồ sơ phải chờ ý kiến của hai cơ quan phối hợp, có văn bản đôn đốc kèm theo.",
        "other_agency",
    ),
    ("Khối lượng hồ sơ tăng cao đột xuất, đơn vị chưa kịp bố trí thêm người.", "objective"),
)
REMEDIES = (
    "Ban hành bảng phân công theo dõi thời hạn đến từng công chức.",
    "Rà soát, giải quyết dứt điểm các hồ sơ đã quá hạn.",
    "Tổ chức họp rút kinh nghiệm với tập thể, cá nhân có liên quan.",
)
#: What Home Affairs writes into the record of a visit, its correction and its conclusion.
WRITTEN = {
    "shortcomings": "Một số hồ sơ được rút có thời hạn giải trình không được bảo đảm.",
    "causes": "Chưa phân công rõ người theo dõi thời hạn; phối hợp giữa các bộ phận còn chậm.",
    "requests": "Phân công rõ người theo dõi; báo cáo kết quả khắc phục về Sở Nội vụ.",
    "recommendations": "Làm rõ trách nhiệm của cá nhân có liên quan.",
    "correction": "Ghi nhầm số trang của tài liệu kèm theo tại mục tài liệu đã kiểm tra.",
    "conclusion": "Đơn vị cơ bản chấp hành quy định; còn một số hồ sơ giải trình quá thời hạn.",
    "remedied": "Đã ban hành và niêm yết bảng phân công theo dõi thời hạn.",
    "partly": "Đã giải quyết xong phần lớn hồ sơ quá hạn, số còn lại đang lấy ý kiến phối hợp.",
    "missing": "Còn hồ sơ chưa giải quyết xong; bổ sung danh sách và thời gian hoàn thành.",
}
#: The remarks of a record of lateness.
LATENESS = {
    "shortcomings": "Để quá thời hạn giải trình đối với các hồ sơ nêu trong biên bản.",
    "causes": "Theo giải trình của người được yêu cầu.",
    "requests": "Chấm dứt tình trạng để quá hạn; báo cáo biện pháp khắc phục.",
}
#: What is asked, proposed, decided and done about a person.
PROPOSED = {
    "question": "Đề nghị nêu rõ nguyên nhân để quá hạn từng hồ sơ trong danh sách kèm theo.",
    "assessment": "Người đứng đầu chưa đôn đốc đủ mức; đơn vị đã có biện pháp khắc phục.",
    "asked": "Đề nghị UBND Thành phố xem xét, có văn bản nhắc nhở người đứng đầu đơn vị.",
    "reason_approve": "Mức độ nhẹ, đơn vị đã khắc phục; cần nhắc nhở để không lặp lại.",
    "reason_refuse": "Giải trình có căn cứ: hồ sơ chậm do chờ ý kiến của cơ quan phối hợp.",
    "result": "Đã ban hành văn bản nhắc nhở; đơn vị đã họp rút kinh nghiệm.",
}
