"""Texts from outside are printed as text, whatever they hold, in both forms."""

import io
from dataclasses import replace

import docx as word
import pytest

from documents import forms
from documents.layout import (
    Annex,
    Column,
    Items,
    Layout,
    Paragraph,
    Signature,
    Table,
    Words,
    docx,
    from_json,
    pdf,
    to_json,
)
from tests.documents.measuring import Printed
from tests.documents.papers import REMINDER, SAMPLES, limits

pytestmark = pytest.mark.once

HOSTILE = {
    "typst": '#panic("x") #let a = 1 $x^2$ *đậm* _nghiêng_ `mã` <nhãn> '
    '@ref \\ // /* ~ = - + #eval("1")',
    "html": "<b>đậm</b> <script>alert(1)</script> &amp; \"ngoặc\" 'đơn'",
    "template": "{{ 7*7 }} {% if 1 %} ${jndi:x} %s {0}",
    "formula": '=HYPERLINK("http://x","y") +1 -1 @SUM(A1)',
    "xml": "]]> <!-- --> <?xml?> <w:p/>",
    "controls": "trước\x00\x07\x1b[31m\x7f\ufffe sau",
    "emoji": "Tốt 👍🏽 👨‍👩‍👧 𝔘 漢字 ✓",
    "turning": "Nguyễn \u202eAnăV\u202c Hùng",
    "decomposed": "Ho\u0300a Bi\u0300nh",
    "half a pair": "trước \ud83d sau",
}


def everywhere(text: str) -> Layout:
    """A paper with the text in every place that takes one."""
    table = Table(
        columns=(Column(title=text), Column(title="Cột")),
        rows=((text, text),),
        total=(text, ""),
        caption=text,
        note=text,
    )
    blocks = (
        Paragraph(text=text, lead=text),
        Words(text=text, whose="Hùng"),
        Items(items=(text,)),
        table,
    )
    return replace(
        SAMPLES["decision"],
        governing=text,
        issuer=text,
        symbol=text,
        place=text,
        type_name=text,
        abstract=text,
        authority=text,
        bases=(text, text),
        to=(text, text),
        body=blocks,
        copies=(text,),
        signatures=(Signature(post=text, name=text, capacity=text, body=text, hint=text),),
        annexes=(Annex(title=text, blocks=blocks),),
    )


def word_text(content: bytes) -> str:
    return "\n".join(
        node.text or "" for node in word.Document(io.BytesIO(content)).element.iter() if node.text
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_it_prints_in_every_place_and_form(name):
    layout = everywhere(HOSTILE[name])
    assert len(Printed(pdf(layout)).pages) >= 2
    assert word_text(docx(layout))


@pytest.mark.parametrize("name", ["typst", "html", "template", "formula", "xml"])
def test_markup_is_read_back_letter_by_letter(name):
    layout = replace(SAMPLES["notice"], body=(Words(text=HOSTILE[name], whose="Hùng"),))
    together = "".join(HOSTILE[name].split())
    assert together in "".join(Printed(pdf(layout)).text.split())
    assert HOSTILE[name] in word_text(docx(layout))


def test_what_the_font_lacks_is_seen_to_be_missing():
    layout = replace(SAMPLES["notice"], body=(Words(text=HOSTILE["emoji"], whose="Hùng"),))
    assert "Tốt □" in Printed(pdf(layout)).text
    assert "👍🏽" in word_text(docx(layout))  # a text program has more fonts


def test_controls_and_turning_marks_fall_away_and_letters_are_composed():
    said = "\n".join(HOSTILE[one] for one in ("controls", "turning", "decomposed"))
    layout = replace(SAMPLES["notice"], body=(Words(text=said, whose="Hùng"),))
    for text in (Printed(pdf(layout)).text, word_text(docx(layout))):
        assert "trước[31m sau" in text
        assert "Nguyễn AnăV Hùng" in text
        assert "Hòa Bình" in text


@pytest.mark.parametrize("text", ["W" * 400, "Rất " * 400, "a.b-c/d" * 60])
def test_very_long_names_keep_the_margins(text):
    said = Printed(everywhere(text))
    width = [page.width / 72 * 25.4 for page in said.pages]
    assert all(line.right <= width[line.page - 1] - 20 + 0.7 for line in said.lines)
    assert docx(everywhere(text))


def test_500_late_limits_print_whole():
    layout = forms.reminder_letter(replace(REMINDER, limits=limits(500)))
    assert "0500" in Printed(layout).last_text
    assert "0500" in word_text(docx(layout))


def test_an_empty_paper_prints():
    layout = Layout(issuer="Sở Nội vụ", abstract="", body=())
    assert pdf(layout) and docx(layout)


def test_text_survives_being_frozen():
    for text in HOSTILE.values():
        if "\ud83d" not in text:
            assert from_json(to_json(everywhere(text))) == everywhere(text)
