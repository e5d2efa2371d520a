"""Vietnamese first: every message is translated, keeps its placeholders, and is compiled."""

import polib
import pytest

from tests.catalogue import PO, Message, placeholders, said, translation


@pytest.fixture(scope="module")
def catalogue() -> dict[Message, polib.POEntry]:
    return {Message(e.msgid, e.msgctxt or "", e.msgid_plural): e for e in polib.pofile(str(PO))}


def test_every_message_has_a_vietnamese_text(catalogue):
    untranslated = [
        f"{place}: {message.msgid}"
        for message, place in said().items()
        if message not in catalogue or not translation(catalogue[message])
    ]
    assert untranslated == []


def test_the_catalogue_holds_nothing_that_nobody_says(catalogue):
    assert set(catalogue) - set(said()) == set()


def test_no_text_loses_a_placeholder(catalogue):
    wrong = [
        message.msgid
        for message, entry in catalogue.items()
        if placeholders(translation(entry)) != placeholders(message.plural or message.msgid)
    ]
    assert wrong == []


def test_the_compiled_file_is_the_catalogue(catalogue):
    compiled = polib.mofile(str(PO.with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid, translation(e)) for e in compiled} == {
        (e.msgctxt, e.msgid, translation(e)) for e in catalogue.values()
    }


def test_pages_speak_vietnamese_until_a_person_chooses_english(client, db):
    english_windows = {"accept-language": "en-US"}
    assert "Đăng nhập" in client.get("/dang-nhap/", headers=english_windows).text
    client.post("/ngon-ngu/", {"language": "en", "next": "/dang-nhap/"})
    assert "Sign in" in client.get("/dang-nhap/").text
