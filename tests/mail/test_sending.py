"""The SMTP line against a server that fails at every point of the dialogue."""

import datetime as dt
import ssl
from email.message import EmailMessage

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.smtp_faults import DROP, FaultySmtp
from vetting.mail import sending
from vetting.mail.letters import Rendered, message
from vetting.mail.sending import Delivery, Fate, SmtpLine


@pytest.fixture
def server(settings):
    with FaultySmtp() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield box


def letter(to="carla@paper-umbrella.example"):
    return message(
        Rendered("Right?", "Is it?\n.\n.5 less.\n", "<p>Is it?</p>"), to=to, id_="<1@touchstone.example>"
    )


def yes():
    return True


def test_a_letter_goes_out_whole(server):
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.SENT, "250 2.0.0")
    (sent,) = server.letters
    assert b"Message-ID: <1@touchstone.example>\r\n" in sent
    assert b"\r\nDate: " in sent
    assert b"\r\n=2E\r\n..5 less.\r\n" in sent  # RFC 5321 4.5.2: a line that begins with a point gets another


def test_reports_and_automatic_answers_are_led_where_replies_go(server):
    mail = letter()
    mail["Reply-To"] = "replies+0a@touchstone.example"
    with SmtpLine() as line:
        line.send(letter(), before_data=yes)
        line.send(mail, before_data=yes)
    assert server.senders == ["FROM:<letters@touchstone.example>", "FROM:<replies+0a@touchstone.example>"]


def test_one_connection_serves_many(server):
    with SmtpLine() as line:
        fates = [line.send(letter(), before_data=yes).fate for _ in range(3)]
    assert (fates, server.connections, len(server.letters)) == ([Fate.SENT] * 3, 1, 3)


def test_a_letter_with_a_date_keeps_it(server):
    mail = letter()
    mail["Date"] = "Mon, 04 May 2026 09:00:00 +0000"
    with SmtpLine() as line:
        line.send(mail, before_data=yes)
    assert server.letters[0].count(b"\r\nDate: ") == 1


def test_the_last_check_stands_between_rcpt_and_data(server):
    seen = []

    def no():
        seen.extend(server.commands)
        return False

    with SmtpLine() as line:
        assert line.send(letter(), before_data=no) == Delivery(Fate.STOPPED)
        assert (seen, server.letters) == (["EHLO", "MAIL", "RCPT"], [])
        assert line.send(letter(), before_data=yes).fate is Fate.SENT  # on the same line
    assert server.connections == 1


@pytest.mark.parametrize(
    ("says", "fate"),
    [
        # Greylisting, as postgrey, Exim, Exchange and others word it.
        ("450 4.2.0 <carla@x.example>: Recipient address rejected: Greylisted, see help", Fate.GREYLISTED),
        ("451 4.7.1 Greylisting in action, please come back later", Fate.GREYLISTED),
        ("451 4.7.1 Please try again later", Fate.GREYLISTED),
        ("450 4.7.1 later", Fate.GREYLISTED),
        ("451 you are gray-listed", Fate.GREYLISTED),
        ("450 4.7.0 grey listed: too many new senders", Fate.GREYLISTED),
        # Too much, too fast: RFC 5321's codes with the large providers' words.
        ("421 4.7.28 Our system has detected an unusual rate of unsolicited mail", Fate.SLOWED),
        (
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
            Fate.SLOWED,
        ),
        ("450 4.2.1 The user you are trying to contact is receiving mail at a rate that", Fate.SLOWED),
        ("451 4.7.650 The mail server has been temporarily rate limited", Fate.SLOWED),
        ("452 4.3.1 too many connections", Fate.SLOWED),
        ("450 4.7.1 Error: too much mail from 192.0.2.1", Fate.SLOWED),
        ("421 4.7.0 try later", Fate.SLOWED),
        ("452 4.7.5 policy", Fate.SLOWED),
        ("450 slow down", Fate.SLOWED),
        # All else says something about this letter, or nothing at all.
        ("450 4.2.1 mailbox disabled", Fate.TEMPORARY),
        ("452 4.2.2 over quota", Fate.TEMPORARY),
        ("451 4.3.0 accurate", Fate.TEMPORARY),
        ("421 4.3.2 shutting down", Fate.TEMPORARY),
        ("451 4.7.10 later", Fate.TEMPORARY),
        ("450 4.7.1x", Fate.TEMPORARY),
        ("450 2.7.1", Fate.TEMPORARY),
        ("450", Fate.TEMPORARY),
        ("550 5.7.1 rate limit exceeded, greylisted", Fate.PERMANENT),
    ],
)
@pytest.mark.parametrize("stage", ["RCPT", "DATA", "LETTER"])
def test_what_a_refusal_means(server, stage, says, fate):
    server.says[stage] = says
    with SmtpLine() as line:
        delivery = line.send(letter(), before_data=yes)
    assert delivery.fate is fate
    assert delivery.detail in says
    assert "example" not in delivery.detail


def test_an_answer_of_several_lines_is_read_as_one(server):
    server.says["RCPT"] = "450-4.2.0 not now\r\n450 4.2.0 greylisted for 300 s"
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.GREYLISTED, "450 4.2.0")


@pytest.mark.parametrize(
    ("stage", "says", "delivery"),
    [
        ("CONNECT", "554 5.3.2 closed", Delivery(Fate.TEMPORARY, "SMTPConnectError")),
        ("CONNECT", DROP, Delivery(Fate.TEMPORARY, "SMTPServerDisconnected")),
        ("EHLO", DROP, Delivery(Fate.TEMPORARY, "SMTPServerDisconnected")),
        # What a server holds against us says nothing about her domain.
        ("MAIL", "451 4.7.1 later", Delivery(Fate.TEMPORARY, "451 4.7.1")),
        # Our own sender refused says nothing about her mailbox: she must not be taken for gone.
        ("MAIL", "550 5.7.1 who are you", Delivery(Fate.TEMPORARY, "550 5.7.1")),
        ("MAIL", DROP, Delivery(Fate.TEMPORARY, "SMTPServerDisconnected")),
        ("RCPT", "450 mailbox busy", Delivery(Fate.TEMPORARY, "450")),
        ("RCPT", "421 4.3.2 going down", Delivery(Fate.TEMPORARY, "421 4.3.2")),
        ("RCPT", "550 5.1.1 <carla@paper-umbrella.example> unknown", Delivery(Fate.PERMANENT, "550 5.1.1")),
        ("RCPT", DROP, Delivery(Fate.TEMPORARY, "SMTPServerDisconnected")),
        ("DATA", "451 4.3.0 disk full", Delivery(Fate.TEMPORARY, "451 4.3.0")),
        ("DATA", "554 5.5.1 no", Delivery(Fate.PERMANENT, "554 5.5.1")),
        ("DATA", DROP, Delivery(Fate.AMBIGUOUS, "SMTPServerDisconnected")),
        ("LETTER", "452 4.2.2 full", Delivery(Fate.TEMPORARY, "452 4.2.2")),
        ("LETTER", "550 5.2.2 full for good", Delivery(Fate.PERMANENT, "550 5.2.2")),
        ("LETTER", DROP, Delivery(Fate.AMBIGUOUS, "SMTPServerDisconnected")),
    ],
)
def test_each_fault_has_its_fate_and_the_line_goes_on(server, stage, says, delivery):
    honest = server.says[stage]
    with SmtpLine() as line:
        server.says[stage] = says
        assert line.send(letter(), before_data=yes) == delivery
        server.says[stage] = honest
        assert line.send(letter("ben@peer.example"), before_data=yes).fate is Fate.SENT


@pytest.mark.parametrize("says", ["421 4.3.2 too many connections", DROP])
def test_a_line_the_server_does_not_take_is_none(server, says):
    with SmtpLine() as first, SmtpLine() as second:
        assert first.send(letter(), before_data=yes).fate is Fate.SENT
        honest, server.says["CONNECT"] = server.says["CONNECT"], says
        assert (first.opens(), second.opens()) == (True, False)
        server.says["CONNECT"] = honest
        assert second.opens()
        assert second.send(letter(), before_data=yes).fate is Fate.SENT
    assert server.connections == 3


def test_a_line_that_breaks_while_it_is_put_in_order_is_opened_anew(server):
    with SmtpLine() as line:
        server.says |= {"RCPT": "550 5.1.1 no", "RSET": DROP}
        assert line.send(letter(), before_data=yes).fate is Fate.PERMANENT
        server.says["RCPT"] = "250 OK"
        assert line.send(letter(), before_data=yes).fate is Fate.SENT
    assert server.connections == 2


def test_a_server_that_says_nothing_is_waited_for_only_so_long(server, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 0.2)
    server.says["EHLO"] = "250-and then nothing"
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.TEMPORARY, "SMTPServerDisconnected")


def test_nobody_listens(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.TEMPORARY, "ConnectionRefusedError")


def test_an_address_no_command_can_hold_fails_for_good(server):
    mail = EmailMessage()
    mail["From"], mail["To"] = "letters@touchstone.example", "j\u00f6rg@peer.example"
    mail.set_content("x")
    with SmtpLine() as line:
        assert line.send(mail, before_data=yes) == Delivery(Fate.PERMANENT, "UnicodeEncodeError")
        assert line.send(letter(), before_data=yes).fate is Fate.SENT


def test_a_letter_that_cannot_be_written_down_troubles_no_server(server):
    mail = letter()
    mail.get_body(("plain",)).set_payload(7)
    with SmtpLine() as line:
        assert line.send(mail, before_data=yes) == Delivery(Fate.TEMPORARY, "AttributeError")
        assert server.connections == 0
        assert line.send(letter(), before_data=yes).fate is Fate.SENT


# --- TLS and log-in -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """For 127.0.0.1, signed by itself: (file of certificate and key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "box")])
    today = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "box.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def tls_server(certificate, settings):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FaultySmtp(context) as box:
        box.says["EHLO"] = "250-box\r\n250-STARTTLS\r\n250 AUTH PLAIN"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", box.port
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = False, True
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "touchstone", "secret"
        yield box


def test_over_tls_to_a_server_that_proves_itself(tls_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes).fate is Fate.SENT
    assert tls_server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_no_word_to_a_server_that_does_not_prove_itself(tls_server):
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.TEMPORARY, "SSLCertVerificationError")
    assert "AUTH" not in tls_server.commands


def test_a_refused_log_in_is_our_fault_and_tried_again(tls_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    tls_server.says["AUTH"] = "535 5.7.8 no"
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.TEMPORARY, "SMTPAuthenticationError")


def test_tls_from_the_first_byte(server, settings):
    """A server that speaks plainly where TLS is wanted gets nothing."""
    settings.EMAIL_USE_SSL = True
    with SmtpLine() as line:
        assert line.send(letter(), before_data=yes) == Delivery(Fate.TEMPORARY, "SSLError")
    assert server.letters == []
