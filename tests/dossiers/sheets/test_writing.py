"""What we hand out opens in Excel as it is meant, runs nothing, and reads back as it was."""

import csv
import io
import re
import unicodedata
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.sheets import formulas, writing
from dossiers.sheets.cells import Cell, CellError, as_date, as_line, as_moment
from dossiers.sheets.writing import reject_file, rejected, write_csv, write_xlsx
from tests.dossiers.sheets.files import TITLES, Y_TE, column, opened, rows_of, table, xlsx_file
from tests.dossiers.sheets.old_letters import SENTENCES
from tests.world import hanoi

COLUMNS = ["Mã hồ sơ", "Cơ quan trình", "Trích yếu", "Ngày chỉ đạo"]
ROW = ["HS-01", "Sở Y tế", "Đề án", date(2026, 2, 5)]
ATTACKS = [
    "=1+1",
    "+84 24 3825 3536",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "|calc",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "－1",
    "＠SUM(1)",
    "Kính gửi\n=HYPERLINK(A1)",
    "Kính gửi\r\n+1",
    "a;=1+1",
    "a,@b",
    "a\t-1",
    "'=1+1",
    "''=1+1",
    "' =1+1",
]


def as_csv(columns, rows, **kwargs) -> bytes:
    return b"".join(write_csv(columns, rows, **kwargs))


def as_xlsx(columns, rows, **kwargs) -> bytes:
    file = io.BytesIO()
    write_xlsx(columns, rows, file, **kwargs)
    return file.getvalue()


def part(data: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def cells_of(data: bytes, separator: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator))


class TestCsv:
    def test_it_is_what_excel_opens_by_a_double_click(self):
        assert (
            as_csv(COLUMNS, [ROW])
            == (
                '\ufeff"Mã hồ sơ";"Cơ quan trình";"Trích yếu";"Ngày chỉ đạo"\r\n'
                '"HS-01";"Sở Y tế";"Đề án";"05/02/2026"\r\n'
            ).encode()
        )

    def test_another_separator(self):
        assert cells_of(as_csv(COLUMNS, [ROW], separator=","), ",")[1][0] == "HS-01"

    def test_values_as_people_write_them(self):
        moments = [
            datetime(2026, 2, 5, 7, 30, tzinfo=UTC),
            hanoi(2026, 2, 5, 14, 30, 15),
            datetime(2026, 2, 5, 8, 0),
        ]
        row = [None, True, 12, 1.5, -3, time(8, 5), *moments, gettext_lazy("Matter")]
        assert cells_of(as_csv([], [row]))[1] == [
            "", "TRUE", "12", "1.5", "-3", "08:05", "05/02/2026 14:30", "05/02/2026 14:30:15",
            "05/02/2026 08:00", "Matter",
        ]  # fmt: skip

    def test_it_is_streamed(self):
        taken = []

        def rows():
            for number in range(2_000):
                taken.append(number)
                yield [str(number)]

        pieces = write_csv(["Mã"], rows())
        next(pieces)
        assert len(taken) == 500
        assert len(list(pieces)) == 4

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_no_cell_begins_like_a_formula(self, attack):
        data = as_csv(["Trích yếu"], [[attack]])
        shown = cells_of(data)[1][0]
        for piece in re.split(r"[\r\n\t;,]", shown):
            assert not piece or piece.lstrip("\u00a0\ufeff\u200b ")[:1] not in set(
                "=+-@|＝＋－＠｜"
            )
        assert shown.replace("'", "") == attack.replace("'", "")

    @pytest.mark.parametrize("attack", ATTACKS)
    def test_not_even_where_another_separator_is_believed_in(self, attack):
        """An English Excel splits our file at commas; no cell may begin there either."""
        text = as_csv(["a", "b"], [[f"x,{attack}&", f"{attack},y"]]).decode("utf-8-sig")
        for line in re.split(r"\r\n|\r|\n", text):
            for cell in re.split(r"[,;\t]", line):
                assert cell.lstrip('"\u00a0\ufeff\u200b ')[:1] not in set("=+-@|＝＋－＠｜")

    @pytest.mark.parametrize("title", ["=1+1", "@x"])
    def test_titles_are_guarded_too(self, title):
        assert cells_of(as_csv([title], []))[0] == [f"'{title}"]


class TestXlsx:
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_texts_are_texts(self, attack):
        data = as_xlsx([*COLUMNS[:3], "=1+1"], [["HS-01", "SNV", attack, attack]])
        xml = part(data)
        assert "<f>" not in xml and "<hyperlink" not in xml
        assert set(re.findall(r'<c [^>]*t="(\w+)"', xml)) == {"inlineStr"}
        assert column(opened(data), "matter") == [attack.replace("\r\n", "\n").replace("\r", "\n")]

    @pytest.mark.parametrize("text", ["00123", "1E5", "05/02/2026", "http://a.b", "TRUE", "{=1}"])
    def test_texts_that_look_like_something_else_stay_texts(self, text):
        assert column(opened(as_xlsx(COLUMNS, [["x", "SNV", text]])), "matter") == [text]

    def test_numbers_and_dates_have_their_types(self):
        instant = datetime(2026, 2, 5, 7, 30, tzinfo=UTC)
        data = as_xlsx(
            [*COLUMNS, "Ngày báo cáo", "Độ khẩn"], [[12, "SNV", -1.5, *ROW[3:], instant, True]]
        )
        (row,) = rows_of(opened(data))
        assert [row.cells[name].value for name in ("dossier_code", "matter", "urgency")] == [
            12.0, -1.5, True,
        ]  # fmt: skip
        assert row.cells["directed_at"].value == date(2026, 2, 5)
        assert row.cells["reported_at"].value == datetime(2026, 2, 5, 14, 30)
        assert 'formatCode="dd/mm/yyyy"' in part(data, "xl/styles.xml")

    def test_what_excel_cannot_hold_is_text(self):
        row = [10**16, "SNV", time(8, 5), date(1890, 1, 1)]
        (back,) = rows_of(opened(as_xlsx(COLUMNS, [row])))
        assert back.cells["dossier_code"].value == str(10**16)
        assert back.cells["matter"].value == time(8, 5)
        assert back.cells["directed_at"].value == "01/01/1890"

    def test_the_header_is_frozen_and_filters(self):
        xml = part(as_xlsx(COLUMNS, [ROW, ROW]))
        assert 'state="frozen"' in xml and '<autoFilter ref="A1:D3"/>' in xml

    def test_columns_are_as_wide_as_what_they_show(self):
        xml = part(as_xlsx(COLUMNS, [["HS", "S", "x" * 500, date(2026, 2, 5)]]))
        widths = [float(width) for width in re.findall(r'<col [^>]*width="([\d.]+)"', xml)]
        assert widths[0] < 15 and 55 < widths[2] < 65

    def test_a_text_longer_than_a_cell_says_that_it_was_cut(self):
        (row,) = rows_of(opened(as_xlsx(COLUMNS, [["x", "SNV", "y" * 40_000]])))
        text = row.cells["matter"].value
        assert len(text) == 32_767
        assert text.endswith(" … (cut: longer than a cell of Excel)")

    def test_a_list_longer_than_a_sheet_goes_on_in_the_next(self, monkeypatch):
        monkeypatch.setattr(writing, "_MOST_ROWS", 3)
        data = as_xlsx(COLUMNS, [[n, "SNV", f"Đề án {n}"] for n in range(5)], title="Hồ sơ [2026]")
        names = ["Hồ sơ  2026", "Hồ sơ  2026 2", "Hồ sơ  2026 3"]
        found = [column(opened(data, sheet_name=name), "matter") for name in names]
        assert found == [["Đề án 0", "Đề án 1"], ["Đề án 2", "Đề án 3"], ["Đề án 4"]]

    def test_it_can_be_a_file_on_disk(self, tmp_path):
        assert write_xlsx(COLUMNS, [ROW], tmp_path / "a.xlsx") == 1
        assert len(rows_of(opened((tmp_path / "a.xlsx").read_bytes()))) == 1

    def test_signs_that_no_file_can_hold(self):
        assert column(
            opened(as_xlsx(COLUMNS, [["x", "SNV", "a\ufffeb\ud800c\x01d"]])), "matter"
        ) == ["a\ufffdb\ufffdc\x01d"]


class TestRejectFile:
    HEADER = [*TITLES, "Ghi chú"]
    BAD = ["3", "HS-03", "Sở Lạ", "=1+1", 46058, "Đề án", None, date(2026, 2, 5), "31/02/2026", "x"]

    def mended(self, **kwargs):
        sheet = opened(table([["DANH MỤC"], self.HEADER, Y_TE, self.BAD]))
        file = io.BytesIO()
        errors = {4: ["Không có cơ quan “Sở Lạ”.", "Không có ngày 31/02."]}
        assert reject_file(sheet, errors, file) == 1
        return opened(file.getvalue(), **kwargs)

    def test_it_has_the_rejected_rows_as_they_were_and_why(self):
        sheet = self.mended()
        (row,) = rows_of(sheet)
        assert [header.title for header in sheet.headers] == [
            *self.HEADER, "Reason (mend and send again)",
        ]  # fmt: skip
        assert list(row.values) == [
            *self.BAD, "Không có cơ quan “Sở Lạ”. Không có ngày 31/02.",
        ]  # fmt: skip

    def test_it_can_be_sent_again_and_rejected_again(self):
        sheet = self.mended()
        titles, rows = rejected(sheet, {2: ["vẫn sai"]})
        assert titles == [*self.HEADER, "Reason (mend and send again)"]
        assert next(rows)[-1] == "vẫn sai"

    def test_a_header_of_two_rows_and_merged_cells_become_plain(self):
        def fill(book, sheet):
            sheet.merge_range(0, 0, 1, 0, "Cơ quan trình", book.add_format())
            sheet.merge_range(0, 1, 0, 2, "Tờ trình", book.add_format())
            sheet.write_row(1, 1, ["Số", "Ngày", "Trích yếu"])
            sheet.merge_range(2, 0, 3, 0, "Sở Y tế", book.add_format())
            sheet.write_row(2, 1, ["1/TTr", "05/02/2026", "Đề án 1"])
            sheet.write_row(3, 1, ["2/TTr", "06/02/2026", "Đề án 2"])

        file = io.BytesIO()
        reject_file(opened(xlsx_file(fill)), {4: ["sai"]}, file)
        again = opened(file.getvalue())
        assert [header.column for header in again.headers] == [
            "agency_name", "letter_ref", "letter_on", "matter", None,
        ]  # fmt: skip
        assert list(rows_of(again)[0].values)[:4] == ["Sở Y tế", "2/TTr", "06/02/2026", "Đề án 2"]


#: Texts as people and attackers write them, with every sign that matters to a spreadsheet.
TEXTS = st.one_of(
    st.text(st.sampled_from("='\"+-@|;,\t\r\n \u00a0\ufeff＝_x0D·aĐếộ"), max_size=25),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffe\uffff")),
    st.sampled_from(ATTACKS),
)


WORDS = st.sampled_from(
    sorted({word for sentence in SENTENCES for word in sentence.split()})
    + [
        " ",
        " ",
        " ",
        " - ",
        "; ",
        "\n",
        "\n- ",
        " · ",
        "§ 5 ",
        "© ",
        " (50 m²) ",
        "=",
        "«A» ",
        "Café ",
    ]
)


class TestRoundTrip:
    @settings(max_examples=300)
    @given(texts=st.lists(TEXTS, min_size=1, max_size=5))
    def test_csv_gives_every_text_back(self, texts):
        data = as_csv(COLUMNS[:3], [["HS", "SNV", f"·{text}"] for text in texts])
        assert column(opened(data, "a.csv", old_letters=False), "matter") == [
            unicodedata.normalize("NFC", f"·{text}") for text in texts
        ]

    @settings(max_examples=1_000)
    @given(text=TEXTS)
    def test_the_guard_is_taken_off_exactly(self, text):
        guarded = formulas.neutralise(text)
        assert formulas.restore(guarded) == text
        assert guarded.replace("'", "") == text.replace("'", "")
        assert not formulas.is_dangerous(text) or guarded != text

    @settings(max_examples=150)
    @given(texts=st.lists(TEXTS, min_size=1, max_size=5))
    def test_xlsx_gives_every_text_back(self, texts):
        data = as_xlsx(COLUMNS[:3], [["HS", "SNV", f"·{text}"] for text in texts])
        assert column(opened(data, old_letters=False), "matter") == [
            f"·{text}".replace("\r\n", "\n").replace("\r", "\n") for text in texts
        ]

    @settings(max_examples=100)
    @given(
        texts=st.lists(st.lists(WORDS, min_size=1, max_size=8).map("".join), min_size=1),
        kind=st.sampled_from(["csv", "xlsx"]),
    )
    def test_nothing_that_is_vietnamese_is_taken_for_an_old_script(self, texts, kind):
        write = as_csv if kind == "csv" else as_xlsx
        data = write(COLUMNS[:3], [["HS", "SNV", f"Đề án {text}."] for text in texts])
        assert column(opened(data, f"a.{kind}"), "matter") == [f"Đề án {text}." for text in texts]

    @settings(max_examples=100)
    @given(
        code=st.integers(0, 10**14),
        day=st.dates(date(1990, 1, 1), date(2099, 12, 31)),
        moment=st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31, 23, 59, 59)),
        kind=st.sampled_from(["csv", "xlsx"]),
    )
    def test_numbers_days_and_instants_come_back(self, code, day, moment, kind):
        instant = moment.replace(microsecond=0, tzinfo=hanoi(2026, 1, 1).tzinfo)
        columns = [*COLUMNS[:3], "Ngày tờ trình", "Ngày chỉ đạo"]
        write = as_csv if kind == "csv" else as_xlsx
        data = write(columns, [[code, "SNV", "x", day, instant]])
        (row,) = opened(data, f"a.{kind}").rows()
        assert as_line(row.cells["dossier_code"]) == str(code)
        assert as_date(row.cells["letter_on"]) == day
        assert as_moment(row.cells["directed_at"]) == instant

    @settings(max_examples=300)
    @given(st.one_of(TEXTS, st.floats(), st.datetimes(), st.dates(), st.booleans()))
    def test_any_cell_is_a_date_or_says_why_not(self, value):
        try:
            moment = as_moment(Cell(value))
        except CellError as error:
            assert error.sentence
        else:
            assert moment is None or moment.utcoffset() is not None
