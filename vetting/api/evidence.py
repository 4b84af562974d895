"""How evidence reads: scales, coverage, results and referrals, as the dossier and the search hold them."""

from typing import Any

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
    on = serializers.DateField()
    value = ValueSerializer()


class ResultSerializer(serializers.Serializer[Any]):
    """One result. A sealed one shows that it exists and counts, and none of its numbers."""

    key = serializers.CharField()
    metric = serializers.CharField()
    metric_name = serializers.CharField()
    category = serializers.CharField()
    direction = serializers.IntegerField(help_text="1 where higher is better, -1 where lower is.")
    work = serializers.CharField()
    client = serializers.CharField()
    industry = serializers.CharField()
    size_band = serializers.CharField()
    mode = serializers.CharField()
    publication = serializers.CharField(help_text="named, sector or sealed.")
    baseline = ValueSerializer(allow_null=True)
    target = ValueSerializer(allow_null=True)
    achieved = ValueSerializer(allow_null=True)
    claimed = ValueSerializer(
        allow_null=True, help_text="What the consultant said, where the client corrected it."
    )
    later = LaterSerializer(many=True)
    verdict = serializers.CharField(help_text="met, missed, rejected or unknown.")
    status = serializers.CharField()
    level = serializers.IntegerField(help_text="0 to 5: how well this is proved.")
    level_words = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    measured_on = serializers.DateField()
    verified_on = serializers.DateField(allow_null=True)
    witness = serializers.CharField()
    share_words = serializers.CharField()
    transfer = serializers.IntegerField(allow_null=True)
    preregistered = serializers.BooleanField()
    contribution = serializers.FloatField(allow_null=True, help_text="What it adds to the score.")
    reason = serializers.CharField()


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
