"""The files of the demo dossiers: small one-page PDFs, stored once and shared by many rows.

Nothing ever removes the file of an attachment, so rows may share a stored path. A staged file that
nobody sends is removed with its bytes after a day; those made here are used up at once, in the
transaction that makes them.
"""

from dataclasses import dataclass

from accounts import filestore
from accounts.filestore import Stored
from dossiers.models import Attachment

#: Purpose → titles of its sample papers. The standard PDF fonts have no Vietnamese letters.
_TITLES = {
    Attachment.Purpose.LETTER: ("TO TRINH", "TO TRINH - BAN KY", "TO TRINH VA BANG KE"),
    Attachment.Purpose.DRAFT: ("DU THAO QUYET DINH", "DU THAO THONG BAO", "DU THAO VAN BAN"),
    Attachment.Purpose.ANNEX: ("PHU LUC", "BANG TONG HOP", "BAN VE VI TRI"),
    Attachment.Purpose.REPORT: ("BAO CAO GIAI TRINH", "BAO CAO BO SUNG HO SO"),
    Attachment.Purpose.NOTICE: ("THONG BAO KET LUAN", "QUYET DINH"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored sample and what it is called on the disk of whoever sends it."""

    stem: str
    stored: Stored


def store_papers() -> dict[str, list[Paper]]:
    """Store the samples: purpose → papers."""
    return {
        purpose: [Paper(_stem(title), filestore.store([pdf(title)])) for title in titles]
        for purpose, titles in _TITLES.items()
    }


def pdf(title: str) -> bytes:
    """A valid one-page PDF (A4) that shows an ASCII title and says that it is a sample."""
    lines = [(18, 780, title), (11, 750, "Tai lieu minh hoa, khong co gia tri phap ly.")]
    text = "".join(f"BT /F1 {size} Tf 72 {y} Td ({line}) Tj ET\n" for size, y, line in lines)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}endstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    start = len(body)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    body += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return body.encode("ascii")


def _stem(title: str) -> str:
    return title.lower().replace(" - ", "-").replace(" ", "-")
