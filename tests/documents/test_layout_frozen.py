"""What was issued prints again for ever, with its number, from what was kept."""

import json

import pytest

from documents import issuing, printing
from documents.layout import UnknownForm, docx, from_json, pdf, to_json
from documents.models import Paper
from ledger import recording
from tests.documents.measuring import Printed
from tests.documents.papers import SAMPLES
from tests.world import NOW


@pytest.mark.once
@pytest.mark.parametrize("name", SAMPLES)
def test_a_layout_goes_through_json_and_comes_back(name):
    said = json.loads(json.dumps(recording.plain(to_json(SAMPLES[name]))))
    back = from_json(said)
    assert back == SAMPLES[name]
    assert pdf(back) == pdf(SAMPLES[name])
    assert docx(back) == docx(SAMPLES[name])


@pytest.mark.once
@pytest.mark.parametrize(
    "content",
    [{}, {"form": 2}, {"form": 1}, {"form": 1, **{"day": "31/12/2026"}}],
)
def test_what_is_no_layout_is_named_so(content):
    with pytest.raises(UnknownForm):
        from_json(content)


@pytest.mark.once
def test_an_unknown_part_is_refused_not_left_out():
    said = to_json(SAMPLES["notice"])
    with pytest.raises(UnknownForm):
        from_json({**said, "stamp": "red"})
    with pytest.raises(UnknownForm):
        from_json({**said, "body": [{"block": "picture", "text": ""}]})


def test_the_issued_paper_bears_its_own_number_and_day(world):
    paper = issuing.issue(
        kind=Paper.Kind.LETTER,
        holder=world.ward,
        symbol="SNV-CCVC",
        about_kind="inspection",
        about_code="KT-1",
        title="Kiểm tra công vụ",
        content=printing.content(SAMPLES["notice"], agency="UBND phường Hoàn Kiếm"),
        by=world.by(world.minh),
        now=NOW,
    )
    kept = Paper.objects.get(pk=paper.pk)
    said = Printed(printing.pdf_of(kept))
    assert said.line("Số:").text == "Số: 01/SNV-CCVC"
    assert f"{kept.issued_on:%d}" in said.line("Hà Nội").text
    assert printing.pdf_of(kept) == said.bytes
    assert printing.docx_of(kept) == printing.docx_of(kept)
    assert kept.content["agency"] == "UBND phường Hoàn Kiếm"
