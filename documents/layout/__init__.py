"""Official papers in the layout of Nghị định 30/2020/NĐ-CP: described once, printed twice."""

from documents.layout.frozen import UnknownForm, from_json, to_json
from documents.layout.layout import (
    Annex,
    Block,
    Column,
    Heading,
    Items,
    Layout,
    Paragraph,
    Signature,
    Table,
    Urgency,
    Words,
)
from documents.layout.to_docx import docx
from documents.layout.to_pdf import NotPrinted, pdf

__all__ = [
    "Annex",
    "Block",
    "Column",
    "Heading",
    "Items",
    "Layout",
    "NotPrinted",
    "Paragraph",
    "Signature",
    "Table",
    "UnknownForm",
    "Urgency",
    "Words",
    "docx",
    "from_json",
    "pdf",
    "to_json",
]
