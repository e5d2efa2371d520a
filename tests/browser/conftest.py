"""A real Chromium against the live site, one private window for each person."""

import os
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import DESK, PHONE, Desk
from tests.world import NOW, PASSWORD

#: Machines that do other work meanwhile show a page later; nothing here waits for the clock.
expect.set_options(timeout=30_000)
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """Debian's Chromium, without the calls home that a closed network would hold up."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.exit("The browser journeys need Chromium: apt-get install chromium", returncode=4)
    return {"executable_path": chromium, "args": QUIET.split(), "headless": True}


@pytest.fixture
def window(browser, live_server, wall_clock) -> Callable[..., Page]:
    """Opens a private window and signs a person in through the sign-in page."""
    opened = []

    def open_for(username: str, *, width: int = 1366, height: int = 768, **kwargs) -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": height}, **kwargs
        )
        opened.append(context)
        page = context.new_page()
        enter(page, username)
        return page

    yield open_for
    for context in opened:
        context.close()


@pytest.fixture
def desk(world, window, wall_clock) -> Callable[..., Desk]:
    """The window of a person of the world, on a screen or (``phone``) in the hand."""
    wall_clock(NOW)

    def sit_down(username: str, *, phone: bool = False) -> Desk:
        return Desk(window(username), PHONE if phone else DESK)

    return sit_down


def enter(page: Page, username: str) -> None:
    """Fill in the sign-in page, wherever it stands in the way."""
    if "/dang-nhap/" not in page.url:
        page.goto("/dang-nhap/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/dang-nhap/" not in url)
