import pgtrigger
from django.db import models

from vetting.kernel.rows import Row
from vetting.profiles.models import Profile
from vetting.search.models import Listing

# A statement that touches more listings than this is written down as one that touched them all.
MANY = 2_000


class ListingChange(models.Model):
    """That a transaction changed what search may show of a profile; of all of them, where `profile_id` is empty.

    Written by triggers, so that nobody can forget to. `xid` tells a reader with a snapshot whether she has seen the
    change: a counter could not, since transactions commit in another order than they count in.
    """

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField()
    profile_id = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=["xid"], name="listing_change_xid"),)

    def __str__(self) -> str:
        return f"{self.xid}: {self.profile_id}"


class Segment(Row):
    """A file of rank lists built from the listings as they were in `snapshot`; with what changed since it is the same.

    `digest` is that of the file's head, `bytes` its size, `cluster` the PostgreSQL whose transactions the snapshot
    counts. A row whose file is not there, or is another, is one nobody uses.
    """

    snapshot = models.TextField()
    cluster = models.BigIntegerField()
    edition = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    documents = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.documents} listings at {self.made_at:%Y-%m-%d %H:%M:%S}"


def _note(operation: "pgtrigger.Operation", name: str, **rows: str) -> "pgtrigger.Trigger":
    """A statement's changes, written down in its own transaction: ListingChange tells why."""
    (touched,) = rows.values()
    return pgtrigger.Trigger(
        name=f"note_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=f"""
            IF (SELECT count(*) FROM (SELECT FROM {touched} LIMIT {MANY + 1}) part) > {MANY} THEN
                INSERT INTO vetting_listingchange (xid) VALUES (pg_current_xact_id()::text::bigint);
            ELSE
                INSERT INTO vetting_listingchange (xid, profile_id)
                SELECT DISTINCT pg_current_xact_id()::text::bigint, profile_id FROM {touched};
            END IF;
            RETURN NULL;
        """,  # noqa: S608 - the name of a transition table below
    )


pgtrigger.register(
    _note(pgtrigger.Insert, "insert", new="new_rows"),
    _note(pgtrigger.Update, "update", new="new_rows"),
    _note(pgtrigger.Delete, "delete", old="old_rows"),
)(Listing)

# A profile that is paused is found no more at once, not only when its listing is gone.
pgtrigger.register(
    pgtrigger.Trigger(
        name="note_status",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("status"),
        condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
        func="""
            INSERT INTO vetting_listingchange (xid, profile_id)
            VALUES (pg_current_xact_id()::text::bigint, NEW.id);
            RETURN NULL;
        """,
    )
)(Profile)
