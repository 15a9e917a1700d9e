"""E-mail over SMTP. Message-ID is the idempotency key; servers and mail programs may use it."""

import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from e2a.alerts.claimed import Answer, Claimed
from e2a.alerts.roads.answers import words
from e2a.alerts.secrets import Environment, secret
from e2a.domain.alert_wording import subject, text
from e2a.domain.errors import ConfigurationError
from e2a.domain.policies.alerts import SmtpText


def to_mail(
    road: SmtpText, claimed: Claimed, env: Environment, now: datetime, timeout: float
) -> Answer:
    """Send one mail to all addresses of the destination.

    Raises:
        ConfigurationError: a variable is not set or holds no port.
    """
    host, port = secret(env, road.host_env), _port(road, env)
    login = [secret(env, name) for name in (road.user_env, road.password_env) if name]
    message = _message(road, claimed, now)
    try:
        server = _connect(road, host, port, timeout)
    except (OSError, smtplib.SMTPException) as error:
        return Answer("failed", _said(error))
    try:
        if login:
            server.login(*login)
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        return Answer("failed", _said(error))
    return _send(server, message)


def _connect(road: SmtpText, host: str, port: int, timeout: float) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if road.tls == "implicit":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=trusted)
    server = smtplib.SMTP(host, port, timeout=timeout)
    if road.tls == "starttls":
        try:
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server


def _send(server: smtplib.SMTP, message: EmailMessage) -> Answer:
    try:
        refused = server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        return Answer("refused" if min(codes) >= 500 else "failed", f"{codes[0]} no recipient")
    except smtplib.SMTPResponseException as error:
        is_final = 500 <= error.smtp_code < 600
        return Answer("refused" if is_final else "failed", _said(error))
    except (OSError, smtplib.SMTPException) as error:
        return Answer("failed", _said(error), is_uncertain=True)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()
    return Answer("accepted", f"250, {len(refused)} recipients refused" if refused else "250")


def _message(road: SmtpText, claimed: Claimed, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = road.sender, ", ".join(road.to)
    message["Subject"] = subject(claimed.told)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{claimed.key}@{road.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text(claimed.told) + "\n")
    return message


def _port(road: SmtpText, env: Environment) -> int:
    if road.port_env is None:
        return {"starttls": 587, "implicit": 465, "none": 25}[road.tls]
    value = secret(env, road.port_env)
    if not (value.isdigit() and 0 < int(value) < 65_536):
        raise ConfigurationError(f"{road.port_env} is no port", "Write a number such as 587")
    return int(value)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        raw = error.smtp_error
        return f"{error.smtp_code} {words(raw if isinstance(raw, bytes) else raw.encode())}"
    return type(error).__name__
