"""Why all letters are paused."""

from vetting.web.forms_fields import DeskForm, Line


class PauseForm(DeskForm):
    reason = Line(label="Why", help_text="Staff read it here and in the audit trail.")
