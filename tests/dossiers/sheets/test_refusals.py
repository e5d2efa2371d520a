"""Files that cannot be taken: each is refused as a whole, with the place and the cure."""

import contextlib
import io
import random
import re
import stat
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from dossiers.sheets.cells import CellError, as_moment, as_text
from dossiers.sheets.limits import MIB, Limits
from dossiers.sheets.reading import SheetRefused, read
from tests.dossiers.sheets.files import KCN, TITLES, Y_TE, lines, opened, repacked, rows_of, table

GOOD = table([TITLES, KCN, Y_TE])
SHEET, BOOK, STRINGS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"
LINKS = "xl/_rels/workbook.xml.rels"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def refused(data: bytes, name: str = "Theo doi.xlsx", **kwargs) -> str:
    """The sentence with which a file is refused, while it is opened or read."""
    with pytest.raises(SheetRefused) as caught:
        rows_of(opened(data, name, **kwargs))
    return caught.value.sentence


def with_part(name: str, content: bytes, data: bytes = GOOD) -> bytes:
    return repacked(data, lambda parts: parts.__setitem__(name, content))


def edited(name: str, old: bytes, new: bytes) -> bytes:
    def change(parts):
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new)

    return repacked(GOOD, change)


class TestKinds:
    def test_an_empty_file(self):
        assert refused(b"") == "The file is empty (0 bytes). Choose the file with the list."

    def test_a_text_file_of_blanks(self):
        assert "No header was found" in refused(b"\r\n;;\r\n", "a.csv")

    def test_a_workbook_named_as_text(self):
        assert refused(GOOD, "Danh sách.csv") == (
            "“Danh sách.csv” is named as a text file, but it is an Excel workbook. Change the end "
            "of its name to .xlsx and send it again."
        )

    def test_a_text_named_as_workbook(self):
        assert "is named as an Excel workbook, but it is none" in refused(b"a;b\n", "a.xlsx")

    @pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsm", "a", "a.csv.exe"])
    def test_other_endings(self, name):
        assert "is no list that can be read" in refused(GOOD, name)

    def test_a_picture_named_as_text(self):
        assert "is no list that can be read" in refused(b"\x89PNG\r\n\x1a\n", "a.csv")

    @pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv"])
    def test_a_file_of_an_old_excel(self, name):
        assert "choose Save As, “Excel Workbook (*.xlsx)”" in refused(OLE, name)

    def test_a_protected_workbook(self):
        protected = OLE + "EncryptedPackage".encode("utf-16-le")
        assert "remove the password" in refused(protected)

    @pytest.mark.parametrize("page", [b"<html><table>", b"  <!DOCTYPE html>", b"<?xml version='1'"])
    def test_a_web_page_named_as_list(self, page):
        assert "This is a web page" in refused(page, "a.csv")

    def test_a_list_of_another_office(self):
        def opendocument(parts):
            parts.clear()
            parts.update({"mimetype": b"application/x", "content.xml": b"<a/>"})

        assert refused(repacked(GOOD, opendocument)).startswith("This is an ODS file.")
        binary = repacked(GOOD, lambda p: p.__setitem__("xl/workbook.bin", p.pop(BOOK)))
        assert refused(binary).startswith("This is an XLSB file.")

    def test_a_document_named_as_workbook(self):
        letter = repacked(GOOD, lambda p: p.__setitem__("word/document.xml", p.pop(BOOK)))
        assert "damaged or is no Excel workbook" in refused(letter)

    def test_too_large(self):
        limits = Limits(file_bytes=MIB)
        assert refused(bytes(MIB + 1), limits=limits).startswith("The file is larger than 1 MB.")

    def test_a_path_is_read_like_a_file(self, tmp_path):
        path = tmp_path / "a.xlsx"
        path.write_bytes(GOOD)
        assert len(rows_of(read(path, name="a.xlsx"))) == 2


class TestTextFiles:
    HEADER = "Cơ quan;Trích yếu\n"

    def test_a_quotation_mark_that_is_not_closed(self):
        text = self.HEADER + 'SNV;một\nSYT;"hai\nSTC;ba\nSTP;bốn\n'
        assert refused(text.encode(), "a.csv") == (
            'Row 3 (line 3): a quotation mark (") is opened and not closed, or stands inside a '
            "quoted text without being doubled. Mend this row and send the file again; nothing was "
            "taken from it."
        )

    def test_a_quotation_mark_that_is_closed_too_early(self):
        text = self.HEADER + 'SNV;"một\nhai"\nSYT;"đề án "A" mới"\n'
        assert refused(text.encode(), "a.csv").startswith("Row 3 (line 4): a quotation mark")

    def test_a_nul(self):
        assert "Line 2 holds a NUL sign" in refused(f"{self.HEADER}SNV;m\x00".encode(), "a.csv")

    def test_a_cell_of_a_mebibyte(self):
        text = f"{self.HEADER}SNV;một\nSYT;{'x' * MIB}\n"
        assert refused(text.encode(), "a.csv").startswith(
            "Row 3 (line 3): a cell holds more than 32767 characters."
        )

    def test_a_cell_a_little_too_long(self):
        text = f"{self.HEADER}SYT;{'x' * 32_768}\n"
        assert "more than 32767 characters (B)" in refused(text.encode(), "a.csv")

    def test_more_rows_than_are_taken(self):
        text = self.HEADER + "SNV;một\n" * 11
        assert len(rows_of(opened(text.encode(), "a.csv", limits=Limits(rows=11)))) == 11
        assert "more than 10 rows" in refused(text.encode(), "a.csv", limits=Limits(rows=10))

    def test_blank_rows_do_not_count(self):
        text = self.HEADER + ";\n" * 50 + "SNV;một\n"
        assert len(rows_of(opened(text.encode(), "a.csv", limits=Limits(rows=1)))) == 1


class TestPackages:
    def test_a_bomb_in_the_directory(self):
        bomb = with_part("xl/media/a.bin", bytes(310 * MIB))
        assert len(bomb) < MIB
        assert "unpacks to far more than a list needs" in refused(bomb)

    def test_a_bomb_below_the_size_but_not_below_the_ratio(self):
        assert "unpacks to far more" in refused(with_part("xl/media/a.bin", bytes(30 * MIB)))

    def test_a_bomb_that_lies_about_its_size(self):
        """The directory says 1,000 bytes; what comes out counts."""
        data = bytearray(with_part(STRINGS, b"<sst>" + b" " * (2 * MIB) + b"</sst>"))
        for size in ((2 * MIB + 11).to_bytes(4, "little"),):
            while (at := data.find(size)) >= 0:
                data[at : at + 4] = (1_000).to_bytes(4, "little")
        assert "damaged" in refused(bytes(data))

    def test_unpacking_stops_at_the_limit(self):
        limits = Limits(unpacked_bytes=MIB, ratio=10_000)
        many = with_part("xl/worksheets/sheet1.xml", b"<a>" + b" " * MIB + b"</a>")
        assert "unpacks to far more" in refused(many, limits=limits)

    def test_too_many_members(self):
        def fill(parts):
            parts.update({f"xl/media/{n}.txt": b"" for n in range(2_001)})

        assert "unpacks to far more" in refused(repacked(GOOD, fill))

    @pytest.mark.parametrize(
        ("name", "content"),
        [("xl/embeddings/a.zip", b"x"), ("xl/embeddings/b.bin", b"PK\x03\x04..")],
    )
    def test_a_file_inside_the_file(self, name, content):
        assert "Another file is embedded" in refused(with_part(name, content))

    @pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "xl/../../a.txt", "c:\\a.txt"])
    def test_paths_that_lead_out(self, name):
        assert "damaged" in refused(with_part(name, b"x"))

    def test_links(self):
        file = io.BytesIO(GOOD)
        with zipfile.ZipFile(file, "a") as archive:
            link = zipfile.ZipInfo("xl/link")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc/passwd")
        assert "damaged" in refused(file.getvalue())

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_parts_of_one_name(self):
        file = io.BytesIO(GOOD)
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(SHEET, "<worksheet/>")
        assert "damaged" in refused(file.getvalue())

    def test_macros(self):
        assert "This workbook holds macros" in refused(with_part("xl/vbaProject.bin", b"x"))

    def test_encrypted_members(self):
        data = bytearray(GOOD)
        at = data.find(b"PK\x01\x02")
        data[at + 8] |= 1
        assert "remove the password" in refused(bytes(data))

    @pytest.mark.parametrize("keep", [4, 100, 0.5, 0.99])
    def test_a_file_that_breaks_off(self, keep):
        end = keep if keep > 1 else int(len(GOOD) * keep)
        assert "damaged" in refused(GOOD[:end])

    def test_a_flipped_bit(self):
        data = bytearray(GOOD)
        with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
            offset = archive.getinfo(SHEET).header_offset
        data[offset + 120] ^= 0xFF
        assert "damaged" in refused(bytes(data))

    def test_what_no_reader_needs_is_left_alone(self):
        odd = with_part("docProps/app.xml", b"<a>")
        assert len(rows_of(opened(odd))) == 2


class TestParts:
    @pytest.mark.parametrize(
        "part", [SHEET, BOOK, STRINGS, "xl/styles.xml", "[Content_Types].xml", "docProps/app.xml"]
    )
    @pytest.mark.parametrize(
        "declaration",
        [
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
            b'<!DOCTYPE a SYSTEM "http://a.b/c.dtd">',
            b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        ],
    )
    def test_document_types_and_entities(self, part, declaration):
        evil = edited(part, b"?>\n", b"?>" + declaration)
        assert "declarations that no list needs (DOCTYPE)" in refused(evil)

    @pytest.mark.parametrize("part", [SHEET, BOOK, STRINGS, "xl/_rels/workbook.xml.rels"])
    def test_a_part_that_breaks_off(self, part):
        broken = repacked(GOOD, lambda parts: parts.__setitem__(part, parts[part][:-20]))
        assert "damaged" in refused(broken)

    def test_a_sheet_that_is_not_there(self):
        gone = repacked(GOOD, lambda parts: parts.pop(SHEET))
        assert "workbook is empty" in refused(gone)

    def test_one_cell_in_the_far_corner(self):
        far = edited(
            SHEET,
            b"</sheetData>",
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        )
        assert refused(far) == (
            "Sheet “Theo dõi” reaches to cell XFD1048576, far beyond a list. Delete what stands "
            "out there, or copy the list into a new workbook."
        )

    def test_one_cell_far_below_costs_nothing(self):
        far = edited(SHEET, b"</sheetData>", b'<row r="1048576"><c><v>1</v></c></row></sheetData>')
        assert len(rows_of(opened(far))) == 2

    def test_more_cells_than_are_taken(self):
        assert "reaches to cell G3" in refused(GOOD, limits=Limits(area=20))

    @pytest.mark.parametrize(
        ("old", "new"),
        [(b'<row r="3"', b'<row r="2"'), (b'<row r="2"', b'<row r="9"'), (b'r="C3"', b'r="A3"')],
    )
    def test_cells_in_no_order(self, old, new):
        assert "damaged" in refused(edited(SHEET, old, new))

    @pytest.mark.parametrize("place", [b"XFE1", b"A1048577", b"A0", b"1A", b"AAAA1", b""])
    def test_cells_that_no_sheet_has(self, place):
        wrong = edited(SHEET, b'r="B3"', b'r="' + place + b'"')
        if place:
            assert "damaged" in refused(wrong)
        else:
            assert len(rows_of(opened(wrong))) == 2

    def test_one_long_text_used_by_many_cells_is_one_text(self):
        def fill(parts):
            text = b"<si><t>" + b"x" * 32_767 + b"</t></si></sst>"
            parts[STRINGS] = parts[STRINGS].replace(b"</sst>", text)
            last = parts[STRINGS].count(b"<si>") - 1
            cells = b"".join(
                b'<row r="%d"><c r="C%d" t="s"><v>4</v></c><c r="F%d" t="s"><v>%d</v></c></row>'
                % (n, n, n, last)
                for n in range(4, 3_000)
            )
            parts[SHEET] = parts[SHEET].replace(b"</sheetData>", cells + b"</sheetData>")

        count, peak = counted(repacked(GOOD, fill))
        assert count == 2_998
        assert peak < 20 * MIB

    def test_more_text_than_is_taken(self):
        assert "more text than can be taken" in refused(GOOD, limits=Limits(text=100))

    @pytest.mark.parametrize("count", [b"99999999999", b"-1", b"x"])
    def test_a_false_count_of_texts_is_nobodys_business(self, count):
        wrong = repacked(
            GOOD,
            lambda parts: parts.__setitem__(
                STRINGS, re.sub(rb'uniqueCount="\d+"', b'uniqueCount="%s"' % count, parts[STRINGS])
            ),
        )
        assert len(rows_of(opened(wrong))) == 2

    @pytest.mark.parametrize("number", [b"999999", b"-1", b"x"])
    def test_a_text_that_is_not_there(self, number):
        wrong = edited(SHEET, b't="s"><v>0</v>', b't="s"><v>' + number + b"</v>")
        assert "damaged" in refused(wrong)

    @pytest.mark.parametrize("encoding", [b"hex", b"utf-7", b"no-such", b"cp037", b"UTF-16"])
    def test_a_part_in_an_encoding_that_excel_does_not_write(self, encoding):
        assert "damaged" in refused(edited(SHEET, b"UTF-8", encoding))

    def test_a_text_longer_than_a_cell(self):
        def fill(parts):
            parts[STRINGS] = parts[STRINGS].replace(b"HS-02", b"x" * 32_768)

        assert refused(repacked(GOOD, fill)) == (
            "Cell B3 holds more than 32767 characters. Shorten it."
        )

    def test_a_sheet_with_calculations_does_not_keep_the_list_from_being_read(self):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            far = book.add_worksheet("Tính toán")
            far.write_row(0, 0, ["Cơ quan", "Trích yếu"])
            far.write(1_048_575, 16_383, 1)
            book.add_worksheet("Danh sách").write_row(0, 0, ["Cơ quan", "Trích yếu"])
        assert opened(file.getvalue()).sheet_name == "Danh sách"

    def test_many_formatted_rows_cost_nothing(self):
        def fill(parts):
            rows = b"".join(
                b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(4, 40_000)
            )
            rows += b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
            parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")

        count, peak = counted(repacked(GOOD, fill))
        assert count == 2
        assert peak < 20 * MIB


def counted(data: bytes) -> tuple[int, int]:
    """How many rows a file has, and how many bytes of memory it took to read them one by one."""
    tracemalloc.start()
    try:
        return sum(1 for _row in opened(data).rows()), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


FRAGMENTS = (b"99999999999", b"-1", b"", b"NaN", b"1e400", b"inlineStr", b"d", b"&#55296;", b"XFD1")
VALUE = re.compile(rb'"([^"]*)"|>([^<]+)<')


@pytest.mark.parametrize("seed", range(200))
def test_a_workbook_changed_at_random_is_read_or_refused(seed):
    """Never anything else: an error in a compiled reader once ended the whole process."""
    chance = random.Random(seed)

    def change(parts):
        for _turn in range(chance.randint(1, 4)):
            part = chance.choice([SHEET, BOOK, STRINGS, "xl/styles.xml", LINKS])
            content = parts[part]
            match = chance.choice(list(VALUE.finditer(content)))
            group = 1 if match[1] is not None else 2
            fragment = chance.choice(FRAGMENTS)
            parts[part] = content[: match.start(group)] + fragment + content[match.end(group) :]

    with contextlib.suppress(SheetRefused):
        for row in opened(repacked(GOOD, change)).rows():
            for cell in row.cells.values():
                with contextlib.suppress(CellError):
                    as_text(cell), as_moment(cell)


def test_no_sentence_names_the_machine():
    sentences = [
        refused(data, name)
        for data, name in [(b"", "a"), (GOOD[:90], "a.xlsx"), (lines(KCN).encode(), "a.csv")]
    ]
    assert not any("/" in sentence or "Error" in sentence for sentence in sentences)
