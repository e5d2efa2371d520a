"""Vietnamese as old programs stored it, written out by hand so that no table proves itself."""

#: Sentence → the same in TCVN3 (ABC) and in VNI, as a program without their fonts shows it.
SENTENCES = {
    "Ủy ban nhân dân thành phố Hà Nội": (
        "ñy ban nh©n d©n thµnh phè Hµ Néi",
        "UÛy ban nhaân daân thaønh phoá Haø Noäi",
    ),
    "Sở Xây dựng trình phê duyệt điều chỉnh quy hoạch": (
        "Së X©y dùng tr×nh phª duyÖt ®iÒu chØnh quy ho¹ch",
        "Sôû Xaây döïng trình pheâ duyeät ñieàu chænh quy hoaïch",
    ),
    "Về việc giải phóng mặt bằng, hỗ trợ và tái định cư": (
        "VÒ viÖc gi¶i phãng mÆt b»ng, hç trî vµ t¸i ®Þnh c\u00ad",
        "Veà vieäc giaûi phoùng maët baèng, hoã trôï vaø taùi ñònh cö",
    ),
    "Đề nghị bố trí kinh phí sửa chữa trụ sở phường Cửa Nam": (
        "§Ò nghÞ bè trÝ kinh phÝ söa ch÷a trô së ph\u00adêng Cöa Nam",
        "Ñeà nghò boá trí kinh phí söûa chöõa truï sôû phöôøng Cöûa Nam",
    ),
    "Kỹ thuật, quỹ đất, mỹ thuật, lý lịch, ỷ lại, thúy": (
        "Kü thuËt, quü ®Êt, mü thuËt, lý lÞch, û l¹i, thóy",
        "Kyõ thuaät, quyõ ñaát, myõ thuaät, lyù lòch, yû laïi, thuùy",
    ),
    "Người đã được hưởng trợ cấp hằng tháng, nghĩa vụ, ngõ": (
        "Ng\u00adêi ®· ®\u00adîc h\u00adëng trî cÊp h»ng th¸ng, nghÜa vô, ngâ",
        "Ngöôøi ñaõ ñöôïc höôûng trôï caáp haèng thaùng, nghóa vuï, ngoõ",
    ),
    "Ảnh hưởng của bão lũ, sạt lở kè biển, đê điều ở huyện": (
        "¶nh h\u00adëng cña b·o lò, s¹t lë kÌ biÓn, ®ª ®iÒu ë huyÖn",
        "AÛnh höôûng cuûa baõo luõ, saït lôû keø bieån, ñeâ ñieàu ôû huyeän",
    ),
}
#: In TCVN3 a capital with a tone is a small letter in a font of capitals.
WITHOUT_CAPITAL = {
    "ñy ban nh©n d©n thµnh phè Hµ Néi": "ủy ban nhân dân thành phố Hà Nội",
    "¶nh h\u00adëng cña b·o lò, s¹t lë kÌ biÓn, ®ª ®iÒu ë huyÖn": (
        "ảnh hưởng của bão lũ, sạt lở kè biển, đê điều ở huyện"
    ),
}
