"""What a person fills in about e-mail and the calendar link."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import ActForm
from accounts.mail_models import MailChoice


class NewsForm(ActForm):
    """Which news come by e-mail."""

    news = forms.ChoiceField(
        label=_("News by e-mail"),
        choices=MailChoice.News.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Whatever you choose: that a time limit of yours has passed, what names you, and "
            "changes of your account always come."
        ),
    )


class AddressForm(ActForm):
    """The address to which e-mail goes."""

    address = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_(
            "Your official address. Leave it empty to get no e-mail at all; news then stand in "
            "your inbox alone. The former address is told of the change."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_address(self) -> str:
        address: Any = self.cleaned_data["address"]
        if not address.isascii():
            raise forms.ValidationError(_("Write the address in letters without marks."))
        return str(address)


class LinkForm(ActForm):
    """A new calendar link, or none any more: the button says which."""
