"""Who may come in: an account needs an address that letters reach."""

import smtplib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError

from vetting.kernel.away import MailAwayError
from vetting.kernel.mailboxes import clean_address


class Entrance(DefaultAccountAdapter):  # type: ignore[misc]  # allauth comes without types
    """allauth asks it, for pages and programs alike."""

    # Whoever asks for codes too often has failed at nothing, so allauth's own words would be wrong.
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": "That was tried too often just now. Wait a minute and try again."
    }

    def clean_email(self, email: str) -> str:
        """Django's own check takes root@localhost, and our letter would go to whoever that is at the mail server's."""
        address = clean_address(email)
        if address is None:
            message = "This is not an address a letter can reach."
            raise ValidationError(message, "invalid_email")
        return address

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Known or not, every address is sent a letter, so that this tells nothing of accounts."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException) as error:
            raise MailAwayError from error
