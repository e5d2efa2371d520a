"""A password must not be made of the words that everybody here would try first."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agencies.text import search_key

CONTEXT_WORDS = ("ubnd", "hanoi", "dunghan", "sonoivu", "vanphong", "matkhau", "thudo", "password")


class ContextWordValidator:
    """Refuses passwords in which such words make up half of the letters or more."""

    def validate(self, password: str, user: object = None) -> None:
        rest = bare = search_key(password).replace(" ", "")
        for word in CONTEXT_WORDS:
            rest = rest.replace(word, "")
        if rest != bare and len(rest) * 2 <= len(bare):
            raise ValidationError(
                _("This password is built on a word that is easy to guess here."),
                code="password_context_word",
            )

    def get_help_text(self) -> str:
        return _("Do not build the password on the name of an agency, the city or this software.")
