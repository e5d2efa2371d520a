"""What the document font can show, and how wide it sets a line: read from the font files."""

import struct
from functools import cache
from pathlib import Path

FONTS = Path(__file__).resolve().parent.parent / "fonts"
FACES = ("Tinos-Regular", "Tinos-Bold", "Tinos-Italic", "Tinos-BoldItalic")
#: Stands for a letter that no face of the font has (an emoji, a Chinese sign).
MISSING = "□"


@cache
def shown() -> frozenset[int]:
    """The code points that every face has."""
    return frozenset.intersection(*(frozenset(_Face(face).glyphs) for face in FACES))


@cache
def width(text: str, face: str, size: int) -> float:
    """The width in points of a line of text, without kerning."""
    font = _face(face)
    units = sum(font.advance(font.glyphs.get(ord(letter), 0)) for letter in text)
    return units * size / font.units_per_em


@cache
def _face(face: str) -> "_Face":
    return _Face(face)


class _Face:
    """One TrueType file: code points and their glyphs (table cmap), advances (table hmtx)."""

    def __init__(self, face: str) -> None:
        self._data = (FONTS / f"{face}.ttf").read_bytes()
        (count,) = struct.unpack_from(">H", self._data, 4)
        tables = (struct.unpack_from(">4sLLL", self._data, 12 + 16 * n) for n in range(count))
        start = {name: offset for name, _sum, offset, _length in tables}
        (self.units_per_em,) = struct.unpack_from(">H", self._data, start[b"head"] + 18)
        (self._advances,) = struct.unpack_from(">H", self._data, start[b"hhea"] + 34)
        self._hmtx = start[b"hmtx"]
        self.glyphs = self._read_glyphs(start[b"cmap"])

    def advance(self, glyph: int) -> int:
        place = min(glyph, self._advances - 1)
        return struct.unpack_from(">H", self._data, self._hmtx + 4 * place)[0]

    def _read_glyphs(self, cmap: int) -> dict[int, int]:
        """The Unicode subtable of format 4 (Basic Multilingual Plane)."""
        (count,) = struct.unpack_from(">H", self._data, cmap + 2)
        for n in range(count):
            platform, encoding, offset = struct.unpack_from(">HHL", self._data, cmap + 4 + 8 * n)
            table = cmap + offset
            if (platform, encoding) == (3, 1) and self._word(table) == 4:
                return self._read_segments(table)
        raise ValueError("The font has no Unicode table of format 4.")

    def _read_segments(self, table: int) -> dict[int, int]:
        segments = self._word(table + 6) // 2
        ends, starts = table + 14, table + 16 + 2 * segments
        deltas, ranges = starts + 2 * segments, starts + 4 * segments
        glyphs = {}
        for n in range(segments):
            first, last = self._word(starts + 2 * n), self._word(ends + 2 * n)
            delta, offset = self._word(deltas + 2 * n), self._word(ranges + 2 * n)
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = code
                if offset:
                    glyph = self._word(ranges + 2 * n + offset + 2 * (code - first))
                    if not glyph:
                        continue
                glyph = (glyph + delta) & 0xFFFF
                if glyph:
                    glyphs[code] = glyph
        return glyphs

    def _word(self, place: int) -> int:
        return struct.unpack_from(">H", self._data, place)[0]
