"""Whom to ask."""

from django import forms

from vetting.kernel.languages import LANGUAGES
from vetting.web.forms_fields import DeskForm, Line


class WhomForm(DeskForm):
    """The address is judged by the room: it knows which mailboxes are one, and whom nobody may write to."""

    name = Line(label="Their name", help_text="As you would greet them in a letter.")
    email = forms.CharField(
        label="Their e-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label="Language of the letter",
        choices=[("", "By the client’s country"), *LANGUAGES.items()],
        help_text="The answer form is in it too. They can change it there.",
        required=False,
    )
