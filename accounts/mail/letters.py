"""One letter as text and as HTML, from the same parts. No pictures, no links but to our pages.

The subject is fixed words with a number or a code of ours; nothing that a person typed comes into a
header (quality.md §3 row 6).
"""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.mail_models import Mail


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is told: a sentence, what it is about, until when, why, and where."""

    sentence: str
    title: str = ""
    due: str = ""
    reason: str = ""
    url: str = ""
    tone: str = ""
    strip: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under a heading; ``more`` says what the letter has no room for."""

    heading: str
    entries: tuple[Entry, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter: subject, greeting, what it says first, its sections, the rules by which its dates
    are counted where an entry does not say so itself, and why it came."""

    subject: str
    greeting: str
    opening: str
    sections: tuple[Section, ...] = ()
    bases: tuple[str, ...] = ()
    why: str = ""


def absolute(path: str) -> str:
    """The address of a page as a letter names it."""
    return f"{settings.PUBLIC_URL}{path}"


def one_line(text: str) -> str:
    """Text of a person in one line."""
    return " ".join(text.split())


def as_text(letter: Letter) -> str:
    """The letter for whoever reads plain text, and for every search."""
    lines = [letter.greeting, "", letter.opening]
    for section in letter.sections:
        lines += ["", section.heading, "-" * len(section.heading)] if section.heading else []
        for entry in section.entries:
            lines += ["", f"* {entry.sentence}"]
            details = (entry.title, entry.due, entry.reason)
            lines += [f"  {one_line(detail)}" for detail in details if detail]
            lines += [f"    {day}" for day in entry.strip]
            lines += [f"  {entry.url}"] if entry.url else []
        lines += ["", section.more] if section.more else []
    if letter.bases:
        lines += ["", _("How these dates are counted"), *(f"* {basis}" for basis in letter.bases)]
    return "\n".join([*lines, "", "--", *foot(letter)]) + "\n"


def foot(letter: Letter) -> list[str]:
    """Who sends this, why, and where it is changed."""
    choose = _("Choose what you get by e-mail: %(address)s") % {
        "address": absolute(reverse("accounts:mail"))
    }
    sender = _("Đúng Hạn · Hanoi People's Committee. Please do not answer this e-mail.")
    return [line for line in (letter.why, choose, sender) if line]


def as_html(letter: Letter) -> str:
    """The letter for mail programmes that show HTML."""
    context = {"letter": letter, "foot": foot(letter), "home": absolute("/")}
    return render_to_string("mail/letter.html", context)


def message_id(mail: Mail) -> str:
    """The same for every try of this letter. The instant keeps two installations apart."""
    host = settings.PUBLIC_URL.split("//", 1)[-1].split("/")[0].split(":")[0]
    return f"<{mail.key}.{mail.created_at:%Y%m%d%H%M%S%f}@{host}>"


def message_of(
    letter: Letter, mail: Mail, *, to: str, connection: BaseEmailBackend
) -> EmailMultiAlternatives:
    """The message that is handed to the mail server."""
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=as_text(letter),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={
            "Message-ID": message_id(mail),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": settings.LANGUAGE_CODE,
        },
        connection=connection,
    )
    message.attach_alternative(as_html(letter), "text/html")
    return message
