"""One person's window, as a person uses it: by the words that stand on the page.

``vi`` gives the Vietnamese of an English sentence of the source, so tests stay English and press
what is seen.
"""

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import Locator, Page, expect

PDF = {"mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
#: What axe found, each with the places: the passes of a long page take longer to send than to find.
LOOK = """axe.run({resultTypes: ["violations"]}).then(found => found.violations.map(
    rule => [rule.id, ...rule.nodes.map(node => node.target.join(" "))].join("  ")))"""
#: The address without its numbers, and every kind of element that the page is made of.
PARTS = """[location.pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\\d+/g, "0"), innerWidth,
    ...new Set([...document.querySelectorAll("*")].map(one => [one.tagName, one.className,
        one.getAttribute("role"), one.type, one.parentElement?.className].join("|")))]"""
#: The parts that this process has had looked at by axe.
_LOOKED_AT: set[str] = set()


def vi(text: str, **values: object) -> str:
    """What a person reads where the source says ``text``."""
    with override("vi"):
        return gettext(text) % values if values else gettext(text)


def vi_counted(one: str, many: str, count: int, **values: object) -> str:
    """The same for a sentence with a number."""
    with override("vi"):
        return ngettext(one, many, count) % {"counter": count, **values}


class Desk:
    """One person's window; pages that break a rule of the house fail the day."""

    def __init__(self, page: Page, size: dict[str, int] | None = None):
        self.page, self.size, self.complaints = page, size or DESK, []
        page.set_viewport_size(self.size)
        page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    # --- looking ----------------------------------------------------------------------------------

    def look(self, address: str, *, sees: str = "") -> Page:
        """Open a page at the desk and on the phone."""
        self.page.goto(address)
        self.check()
        if sees:
            self.sees(sees)
        return self.page

    def check(self) -> None:
        """The page is in order for axe, on a phone, and in the console."""
        where = self.page.url
        self._look_with_axe()
        self.page.set_viewport_size(PHONE)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{where} is {wide} px wider than a phone"
        self.page.set_viewport_size(self.size)
        assert self.complaints == [], where

    def _look_with_axe(self) -> None:
        """A page that was looked at, and has no part that it did not have then or another page had,
        is passed over: axe takes half a second and would find nothing new."""
        parts = set(map(str, self.page.evaluate(PARTS)))
        if parts <= _LOOKED_AT:
            return
        self.page.evaluate(Axe().axe_script)
        assert self.page.evaluate(LOOK) == [], self.page.url
        _LOOKED_AT.update(parts)

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text)

    def misses(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).not_to_contain_text(text)

    def is_told(self, text: str) -> None:
        """One of the messages that an act leaves on top of the page."""
        expect(self.page.locator("#messages .message--success")).to_contain_text(text)

    # --- pressing ---------------------------------------------------------------------------------

    def follow(self, link: str, within: str = "main") -> None:
        """Press a link by its words, and look at the page behind it."""
        with self.page.expect_navigation():
            self.page.locator(within).get_by_role("link", name=whole(link)).first.click()
        self.check()

    def press(self, button: str, *, refused: bool = False) -> None:
        """Press a button by its words, and look at the page that answers.

        ``refused``: the answer is the form again (422), of which a browser speaks in its console.
        """
        with self.page.expect_navigation():
            self.button(button).click()
        if refused:
            self.complaints = [line for line in self.complaints if "422" not in line]
            expect(self.page.locator("main [role=alert]").first).to_be_visible()
        self.check()

    def download(self, button: Locator, folder: Path) -> Path:
        """Press what hands out a file; where it lies, under the name that the person sees."""
        with self.page.expect_download() as waiting:
            button.click()
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def button(self, words: str) -> Locator:
        return self.page.locator("main").get_by_role("button", name=whole(words))

    # --- filling in -------------------------------------------------------------------------------

    def field(self, label: str) -> Locator:
        """A control by its label, be it marked as optional or not."""
        optional = re.escape(vi("(optional)"))
        return self.page.locator("main").get_by_label(
            re.compile(rf"^\s*{re.escape(label)}\s*({optional})?\s*$")
        )

    def write(self, label: str, value: str) -> None:
        self.field(label).fill(value)

    def choose(self, label: str, value: str) -> None:
        self.field(label).select_option(value)

    def tick(self, label: str) -> None:
        self.field(label).check()

    def attach(self, label: str, name: str) -> None:
        self.field(label).set_input_files({"name": name, **PDF})

    # --- filling in by the names of the fields ----------------------------------------------------

    def do(self, address: str, files: dict[str, str] | None = None, **fields: str) -> Page:
        """Fill in the form of an act, send it, and be told that it is done."""
        self.look(address)
        for name, value in fields.items():
            self.enter(name, value)
        for name, file in (files or {}).items():
            self.page.set_input_files(f"[name={name}]", {"name": file, **PDF})
        self.page.locator("main form button[type=submit]").last.click()
        self.page.wait_for_url(lambda url: not url.endswith(address))
        expect(self.page.locator("#messages .message--success")).to_be_visible()
        self.check()
        return self.page

    def enter(self, name: str, value: str) -> None:
        field = self.page.locator(f"main form [name={name}]")
        kind = field.first.evaluate("field => field.type")
        if kind in {"checkbox", "radio"}:
            self.page.evaluate(
                "for (const one of document.querySelectorAll('main details')) one.open = true"
            )
            self.page.check(f"main form [name={name}][value='{value}']")
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)


def whole(words: str) -> re.Pattern[str]:
    """These words and no others, but for what only a screen reader adds after a colon."""
    return re.compile(rf"^\s*{re.escape(words)}\s*(:.*)?$", re.DOTALL)
