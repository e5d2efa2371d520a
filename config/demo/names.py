"""Invented people: Vietnamese names put together from pools. Any likeness to a person is chance."""

import random
from dataclasses import dataclass, field

from agencies.text import search_key


def _pool(words: str) -> list[str]:
    """The names of a text; one that stands there more often is drawn more often."""
    return words.split()


_FAMILIES = _pool(
    "Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Lê Phạm Phạm Hoàng Phan "
    "Vũ Vũ Đặng Bùi Bùi Đỗ Đỗ Ngô Dương Đinh Đào Trịnh Tạ Mai Lương Cao Kiều Phùng Chu Quách Khuất "
    "Nghiêm Đoàn Lưu Hà Thái Tống Kim"
)
_MEN_MIDDLE = _pool(
    "Văn Đức Hữu Xuân Quang Minh Thanh Tuấn Đình Công Trọng Thế Mạnh Duy Bá Gia Nhật Tiến Chí Viết"
)
_MEN_GIVEN = _pool(
    "Bách Bảo Bình Chiến Chính Cương Cường Đạt Điệp Định Đông Đức Dũng Duy Giang Hải Hậu Hiếu Hòa "
    "Hoàn Huy Hưng Khải Khánh Khoa Kiên Lâm Lập Lộc Long Luân Lực Mẫn Nam Nghĩa Nguyên Nhân Phong "
    "Phú Quân Quý Quyết Sang Tân Thái Thắng Thành Thiện Thịnh Thuận Toàn Trung Trường Tú Tùng Việt "
    "Vinh Vượng"
)
_WOMEN_MIDDLE = _pool(
    "Thị Thị Thị Thị Thu Thanh Hồng Kim Minh Ngọc Bích Lan Phương Mai Quỳnh Thùy Diệu Hải Khánh "
    "Tuyết"
)
_WOMEN_GIVEN = _pool(
    "Anh Châm Chi Cúc Diễm Diệp Dung Duyên Giang Hà Hân Hạnh Hảo Hiên Hiền Hoài Hòa Hồng Huế Huệ "
    "Hương Khuyên Liên Linh Loan Ly Mai Mây My Nga Ngà Ngân Nhàn Nhung Oanh Phượng Quế Quyên Sâm "
    "Tâm Thắm Thảo Thoa Thơm Thư Thủy Trà Trang Trinh Tuyết Uyên Vân Xuân Yên Yến"
)


@dataclass
class Names:
    """Names that occur once each, drawn from ``rng``; ``taken`` may be filled beforehand."""

    rng: random.Random
    taken: set[str] = field(default_factory=set)
    usernames: set[str] = field(default_factory=set)

    def draw(self, *, women: float = 0.45) -> str:
        """A full name; ``women`` is the share of women's names."""
        while True:
            is_woman = self.rng.random() < women
            middles = _WOMEN_MIDDLE if is_woman else _MEN_MIDDLE
            givens = _WOMEN_GIVEN if is_woman else _MEN_GIVEN
            parts = map(self.rng.choice, (_FAMILIES, middles, givens))
            name = " ".join(parts)
            words = name.split()
            if len(set(words)) == len(words) and name not in self.taken:
                self.taken.add(name)
                return name

    def username(self, full_name: str, agency_code: str) -> str:
        """Given name, initials and agency ("hant.stc"), with a number where that is taken."""
        *rest, given = search_key(full_name).split()
        bare = search_key(agency_code).replace(" ", "")
        base = f"{given}{''.join(word[0] for word in rest)}.{bare}"
        username, number = base, 2
        while username in self.usernames:
            username, number = f"{base}{number}", number + 1
        self.usernames.add(username)
        return username
