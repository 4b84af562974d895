"""What a consultant says of herself: the profile that search shows, and the claims that nothing counts."""

from django import forms

from vetting.web.forms_fields import (
    DeskForm,
    Figure,
    Languages,
    Line,
    LongSelect,
    Paragraph,
    Whole,
    countries,
    currencies,
)
from vetting.web.labels import AVAILABILITY, SELF_CLAIMS


class ProfileForm(DeskForm):
    name = Line(
        label="Name", autocomplete="name", help_text="As clients know you, or as your practice is called."
    )
    country = forms.ChoiceField(label="Country you work from", choices=countries, widget=LongSelect)
    place = Line(label="Place", required=False, help_text="A town or a region.")
    languages = Languages(
        label="Languages you work in", help_text="By their English names, such as: Latvian, English, German."
    )
    availability = forms.ChoiceField(
        label="Availability", choices=[("", "Say nothing"), *AVAILABILITY.items()], required=False
    )
    rate = Figure(
        label="Rate for a day",
        required=False,
        help_text="Before tax. Companies may filter by it; it never moves a score.",
    )
    rate_currency = forms.ChoiceField(
        label="Currency of the rate", choices=currencies, widget=LongSelect, required=False
    )
    biography = Paragraph(
        label="About you",
        rows=5,
        required=False,
        help_text="Shown small, in quotation marks, as self-described. Search does not read it.",
    )


class ClaimForm(DeskForm):
    kind = forms.ChoiceField(label="What it is", choices=list(SELF_CLAIMS.items()))
    text = Line(label="In your words", help_text="Such as: Transformation lead. Or: followers on a network.")
    count = Whole(
        label="How many", required=False, help_text="Only where it is a number, such as of followers."
    )
