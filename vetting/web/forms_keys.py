"""A key for a program."""

from django import forms

from vetting.accounts.states import SCOPES
from vetting.web.forms_fields import DeskForm, Line


class KeyForm(DeskForm):
    name = Line(label="What it is for", help_text="So that you know it again, such as: export to our wiki.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        choices=[(scope, f"{words[:1].upper()}{words[1:]}") for scope, words in SCOPES.items()],
    )
