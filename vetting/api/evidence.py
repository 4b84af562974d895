"""How evidence reads: scales, coverage, results and referrals, as the dossier and the search hold them."""

from typing import Any, Final

from rest_framework import serializers


class ScaleSerializer(serializers.Serializer[Any]):
    """On the scale of 0 to 100: the chance in percent that a comparable goal is reached, and how sure that is."""

    mean = serializers.FloatField()
    low = serializers.FloatField(help_text="The 10 % quantile.")
    high = serializers.FloatField(help_text="The 90 % quantile.")


class CoverageSerializer(serializers.Serializer[Any]):
    """How many engagements were declared, and what became of them."""

    declared = serializers.IntegerField()
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    declined = serializers.IntegerField()
    silent = serializers.IntegerField()
    open = serializers.IntegerField()
    blocks = serializers.ListField(child=serializers.CharField(), help_text="One word for each engagement.")


class ValueSerializer(serializers.Serializer[Any]):
    number = serializers.FloatField()
    text = serializers.CharField(help_text="With its unit, such as 9.40 EUR.")


class LaterSerializer(serializers.Serializer[Any]):
    """The client was asked the same number again."""

    months = serializers.IntegerField(help_text="About 3, 6 or 12, after the result was confirmed.")
    on = serializers.DateField()
    still = serializers.CharField(
        help_text="held, grew, faded, cannot_say, not_measured; silent or declined where nothing was said."
    )
    value = ValueSerializer(allow_null=True)
    text = serializers.CharField(help_text="The number, or why there is none.")


class ResultSerializer(serializers.Serializer[Any]):
    """One result. Of a sealed one stands only that it is there, how well it is proved, and what it adds."""

    key = serializers.CharField()
    metric = serializers.CharField()
    metric_name = serializers.CharField()
    category = serializers.CharField()
    direction = serializers.IntegerField(
        help_text="1 where higher is better, -1 where lower is, 0 where it is sealed."
    )
    work = serializers.CharField()
    client = serializers.CharField()
    industry = serializers.CharField()
    size_band = serializers.CharField()
    mode = serializers.CharField()
    publication = serializers.CharField(help_text="named, sector or sealed.")
    baseline = ValueSerializer(allow_null=True)
    target = ValueSerializer(allow_null=True)
    achieved = ValueSerializer(allow_null=True)
    corrected = serializers.BooleanField(help_text="The client gave other numbers.")
    claimed = ValueSerializer(
        allow_null=True, help_text="What the consultant said, where the client corrected it."
    )
    later = LaterSerializer(many=True)
    verdict = serializers.CharField(help_text="met, missed, rejected or unknown.")
    status = serializers.CharField()
    level = serializers.IntegerField(help_text="0 to 5: how well this is proved.")
    level_words = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True, help_text="null where it is sealed.")
    ends_on = serializers.DateField(allow_null=True)
    measured_on = serializers.DateField(allow_null=True, help_text="null where it is sealed.")
    verified_on = serializers.DateField(allow_null=True)
    witness = serializers.CharField()
    share_words = serializers.CharField()
    transfer = serializers.IntegerField(allow_null=True)
    preregistered = serializers.BooleanField()
    contribution = serializers.FloatField(allow_null=True, help_text="What it adds to the score.")
    reason = serializers.CharField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return shown | _SEALED if instance.publication == "sealed" else shown


# The client was promised that nothing of it shows: not even what was measured, when, and who said so.
_SEALED: Final = {
    **dict.fromkeys(("metric", "metric_name", "category", "mode", "witness", "share_words"), ""),
    **dict.fromkeys(("starts_on", "ends_on", "measured_on", "verified_on", "transfer"), None),
    "direction": 0,
    "preregistered": False,
    "corrected": False,
}


class ReferralShownSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField(help_text="The peer's own profile, where it is listed.")
    relation = serializers.CharField()
    skill = serializers.CharField()
    saw = serializers.CharField()
    years = serializers.CharField()
    given_on = serializers.DateField(allow_null=True)
    weighs = serializers.BooleanField()
    why = serializers.CharField()


class TenthSerializer(serializers.Serializer[Any]):
    """The forecasts from `low` up to `high`: how many, how many came true, what they said on average."""

    low = serializers.FloatField()
    high = serializers.FloatField()
    n = serializers.IntegerField()
    met = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)


class ReliabilitySerializer(serializers.Serializer[Any]):
    """Lower is better; null while nothing is settled. The base rate knows how many goals are reached in all."""

    n = serializers.IntegerField(help_text="How many are settled.")
    met = serializers.IntegerField(help_text="How many of their goals were reached.")
    mean = serializers.FloatField(allow_null=True, help_text="What was said on average.")
    base_rate = serializers.FloatField(allow_null=True)
    brier = serializers.FloatField(allow_null=True)
    brier_base = serializers.FloatField(allow_null=True)
    log_loss = serializers.FloatField(allow_null=True)
    log_loss_base = serializers.FloatField(allow_null=True)
    tenths = TenthSerializer(many=True)


class ReferredSerializer(serializers.Serializer[Any]):
    """How those turned out whom this consultant referred, by what clients have said since. Sealed ones are left out."""

    referred = serializers.IntegerField()
    with_results = serializers.IntegerField(help_text="How many of them have a result since.")
    results = serializers.IntegerField()
    met = serializers.IntegerField()
    forecasts = ReliabilitySerializer()


class EvidenceSerializer(serializers.Serializer[Any]):
    """`claims` stands in what the consultant gets of herself; everybody else gets `readings` in its place."""

    format = serializers.CharField()
    on = serializers.DateField(help_text="The day of the score: evidence flattens with its age.")
    constants = serializers.DictField(help_text="All that the scale takes as given.")
    referrals = serializers.ListField(child=serializers.DictField(), help_text="Peers and circles by number.")
    readings = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="What each claim tells in a dimension: its category, and how much that counts.",
    )
    claims = serializers.ListField(child=serializers.DictField(), required=False)
    card = serializers.DictField(help_text="What came out, to compare with.")
