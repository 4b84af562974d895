"""Raw messages as mail programs and servers write them, by hand."""

from email.message import EmailMessage

REPLIES = "replies@touchstone.example"


def raw(head: str, body: str = "", *, charset: str = "utf-8") -> bytes:
    """Headers and body, each as a block of lines, with the line ends of mail."""
    text = f"{head.strip()}\n\n{body.strip()}\n"
    return text.replace("\n", "\r\n").encode(charset)


def person(letter: EmailMessage, body: str, *, number: int = 1, more: str = "") -> bytes:
    """What Carla's mail program sends when she writes back."""
    head = f"""
From: =?utf-8?q?Carla_Contr=C3=B6ller?= <carla@paper-umbrella.example>
To: {letter["Reply-To"]}
Subject: Re: {letter["Subject"]}
Message-ID: <{number}.carla@paper-umbrella.example>
In-Reply-To: {letter["Message-ID"]}
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
{more}
"""
    return raw("\n".join(line for line in head.splitlines() if line), body)


def away(letter: EmailMessage, body: str, *, number: int = 1, subject: str = "Automatic reply") -> bytes:
    """An out-of-office as RFC 3834 has it: to the sender of the envelope."""
    return raw(
        f"""
From: carla@paper-umbrella.example
To: {letter["Reply-To"]}
Subject: {subject}
Message-ID: <{number}.away@paper-umbrella.example>
Auto-Submitted: auto-replied (vacation)
""",
        body,
    )


def report(
    letter: EmailMessage,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    to: str = "bounces@touchstone.example",
    enclosed: str = "",
    number: int = 1,
) -> bytes:
    """A delivery report (RFC 3464) with the headers of the letter it is about."""
    about = enclosed or "\n".join(
        f"{name}: {letter[name]}"
        for name in ("From", "To", "Reply-To", "Subject", "Message-ID")
        if letter[name]
    )
    return raw(
        f"""
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}.report@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="0123/mx.example"
""",
        f"""
This is a MIME-encapsulated message.

--0123/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.
Your message could not be delivered: 550 5.1.1 user unknown. Say "stop".

--0123/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 4 May 2026 09:00:00 +0000

Final-Recipient: rfc822; carla@paper-umbrella.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.paper-umbrella.example
Diagnostic-Code: smtp; 550 5.1.1 <carla@paper-umbrella.example>: user unknown

--0123/mx.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{about}

--0123/mx.example--
""",
    )


def complaint(letter: EmailMessage, *, kind: str = "abuse", number: int = 1) -> bytes:
    """A complaint (RFC 5965) as a provider sends it to the address it was once told, with the whole letter."""
    return raw(
        f"""
From: <feedback@provider.example>
To: <complaints@touchstone.example>
Subject: FW: a question
Message-ID: <{number}.feedback@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
 boundary="part1_13d.2e68ed54_boundary"
""",
        f"""
--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

From: {letter["From"]}
To: <carla@paper-umbrella.example>
Reply-To: {letter["Reply-To"]}
Subject: {letter["Subject"]}
Message-ID: {letter["Message-ID"]}

Is it right?

--part1_13d.2e68ed54_boundary--
""",
    )
