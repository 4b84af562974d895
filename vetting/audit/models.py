import pgtrigger
from django.db import models


def append_only(*, erasable: tuple[str, ...] = ()) -> list[pgtrigger.Trigger]:
    """The database itself refuses to change or remove a row of such a table.

    Columns that are `erasable` hold a person's own words: the one change allowed is to empty all of them.
    """
    return [
        _emptied(erasable)
        if erasable
        else pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            func="RAISE EXCEPTION 'this table is append-only';",
        ),
    ]


def _emptied(columns: tuple[str, ...]) -> pgtrigger.Trigger:
    names = ", ".join(f"'{column}'" for column in columns)
    rest = f"ARRAY[{names}]"
    full = " OR ".join(f"NEW.{column} <> ''" for column in columns)
    return pgtrigger.Trigger(
        name="append_only",
        operation=pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func=f"""
            IF TG_OP = 'DELETE' OR {full}
                OR (to_jsonb(NEW) - {rest}) IS DISTINCT FROM (to_jsonb(OLD) - {rest}) THEN
                RAISE EXCEPTION 'this table is append-only';
            END IF;
            RETURN NEW;
        """,
    )


class AuditEntry(models.Model):
    """One change of one row. `facts` holds plain values, never an address and never a secret."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=160, blank=True)
    verb = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    row_id = models.UUIDField()
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["row_id", "id"], name="audit_row"),)
        triggers = append_only()
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}: {self.verb}"
