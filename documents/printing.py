"""Issued papers printed from what was kept: the same words, number and day, for ever."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from documents.layout import Layout, docx, from_json, pdf, to_json
from documents.models import Paper

#: Where the layout stands in ``Paper.content``; the facts of the caller stand beside it.
KEY = "layout"


def content(layout: Layout, **facts: Any) -> Mapping[str, Any]:
    """What ``issuing.issue`` is to keep: the layout, and the facts it rests on beside it."""
    return {KEY: to_json(layout), **facts}


def layout_of(paper: Paper) -> Layout:
    """The layout of an issued paper with its number and its local day.

    Raises ``documents.layout.UnknownForm`` when the paper keeps none.
    """
    said = from_json(paper.content.get(KEY) or {})
    _number, _slash, symbol = paper.ref.partition("/")
    return replace(said, number=paper.number, symbol=symbol, day=paper.issued_on, draft=False)


def pdf_of(paper: Paper) -> bytes:
    """The issued paper as PDF: the same paper gives the same bytes."""
    return pdf(layout_of(paper))


def docx_of(paper: Paper) -> bytes:
    """The issued paper as an editable DOCX: the same paper gives the same bytes."""
    return docx(layout_of(paper))
