"""Hands one parsed row to the rooms: the same actions, rules and audit entries as for the web."""

import hashlib
from datetime import datetime
from functools import lru_cache

from vetting.companies import actions as companies
from vetting.companies import queries as company_queries
from vetting.companies.models import Organization
from vetting.engagements import actions as engagements
from vetting.engagements import queries as engagement_queries
from vetting.kernel.actors import Actor
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.kernel.whole import whole
from vetting.management.importing.mapping import Mapping
from vetting.management.importing.reading import BadRowError, Fault, Parsed
from vetting.outcomes import actions as outcomes
from vetting.profiles import actions as profiles
from vetting.profiles import queries as profile_queries
from vetting.profiles.models import Profile

BY = Actor(kind="staff", name="import_evidence")
_KNOWN_AT_ONCE = 10_000


class Loader:
    """Loads rows of one source. Known rows are left as they are, so that a second run changes nothing."""

    def __init__(self, mapping: Mapping, *, at: datetime) -> None:
        self._mapping, self._at = mapping, at
        self._profile = lru_cache(maxsize=_KNOWN_AT_ONCE)(self._find_profile)
        self._client = lru_cache(maxsize=_KNOWN_AT_ONCE)(self._find_client)

    def load(self, parsed: Parsed) -> bool:
        """True where the row was new. Raises BadRowError, naming the file's column, and leaves nothing half done."""
        key = self._source_key("row", parsed.key)
        if engagement_queries.imported(key) is not None:
            return False
        try:
            self._load(parsed, key)
        except InvalidError as invalid:
            self.forget()
            faults = [
                Fault(parsed.row, self._column(field), text) for field, (_, text) in invalid.problems.items()
            ]
            raise BadRowError(faults) from invalid
        except RefusedError as refused:
            self.forget()
            raise BadRowError([Fault(parsed.row, "(the row)", refused.verdict.reason)]) from refused
        return True

    @whole
    def _load(self, parsed: Parsed, key: str) -> None:
        mapping, at = self._mapping, self._at
        engagement = engagements.declare(
            profile=self._profile(parsed.person, parsed.person_name),
            organization=self._client(parsed.client, parsed.client_name),
            work=engagements.Work(
                work=parsed.work,
                starts_on=parsed.starts_on,
                ends_on=parsed.ends_on,
                mode=mapping.mode,
                confidentiality=mapping.confidentiality,
            ),
            source_key=key,
            by=BY,
            at=at,
        )
        aim = engagements.Aim(
            metric=mapping.metric,
            currency=mapping.currency,
            baseline=parsed.baseline,
            target=parsed.target,
            due_on=parsed.due_on,
            note=parsed.note,
        )
        goal = engagements.draft_goal(engagement=engagement, aim=aim, by=BY, at=at)
        result = outcomes.Result(
            achieved=parsed.achieved, measured_on=parsed.verified_at.date(), source="system_of_record"
        )
        outcome = outcomes.report(goal=goal, result=result, by=BY, at=at)
        outcomes.verify_by_record(outcome, record=parsed.record, shown_at=parsed.verified_at, by=BY, at=at)

    def _find_profile(self, person: str, name: str) -> Profile:
        key = self._source_key("person", person)
        if (known := profile_queries.imported(key)) is not None:
            return known
        details = {
            "name": name,
            "country": self._mapping.person_country,
            "languages": list(self._mapping.person_languages),
        }
        profile = profiles.create(
            owner=None, details=details, origin="public_record", source_key=key, by=BY, at=self._at
        )
        return profiles.submit(profile, by=BY, at=self._at)

    def _find_client(self, client: str, name: str) -> Organization:
        key = self._source_key("client", client)
        if (known := company_queries.imported(key)) is not None:
            return known
        mapping = self._mapping
        try:
            return companies.register(
                name=name,
                kind=mapping.client_kind,
                country=mapping.client_country,
                source_key=key,
                by=BY,
                at=self._at,
            )
        except InvalidError as invalid:  # both a person and a client have a name: say whose it is
            raise InvalidError(
                {f"client {field}": found for field, found in invalid.problems.items()}
            ) from invalid

    def forget(self) -> None:
        """What was made has been rolled back: look it up again."""
        self._profile.cache_clear()
        self._client.cache_clear()

    def _source_key(self, kind: str, value: str) -> str:
        return hashlib.sha256(f"{self._mapping.source}\x1e{kind}\x1e{value}".encode()).hexdigest()

    def _column(self, field: str) -> str:
        """The file's column behind a field of the rooms, or the mapping's own key where no single column is."""
        mapping = self._mapping
        columns = {
            "achieved": mapping.achieved,
            "baseline": mapping.baseline or mapping.achieved,
            "target": mapping.target or "beat_baseline_by",
            "due_on": mapping.due_on,
            "starts_on": mapping.starts_on,
            "ends_on": mapping.ends_on,
            "measured_on": mapping.verified_on,
            "shown_at": mapping.verified_on,
            "name": mapping.person,
            "client name": mapping.client,
        }
        return columns.get(field, field)
