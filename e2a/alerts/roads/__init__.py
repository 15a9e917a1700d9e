"""The roads to destinations: Slack, webhooks, e-mail. Each sends once and says what came of it.

Add a road here with its model in `e2a.domain.policies.alerts`. When to send again, and whether, is
not decided here.
"""

from datetime import datetime

import httpx

from e2a.alerts.claimed import Answer, Claimed
from e2a.alerts.roads import mail, slack, webhook
from e2a.alerts.secrets import Environment
from e2a.domain.errors import ConfigurationError
from e2a.domain.policies.alerts import DestinationText, SlackChatText, SlackWebhookText, SmtpText

__all__ = ["send"]


def send(
    road: DestinationText,
    claimed: Claimed,
    client: httpx.Client,
    environment: Environment,
    now: datetime,
) -> Answer:
    """Send a message once over its road; what goes wrong is an answer, too."""
    try:
        if isinstance(road, SlackWebhookText):
            return slack.to_webhook(road, claimed, client, environment, now)
        if isinstance(road, SlackChatText):
            return slack.to_chat(road, claimed, client, environment, now)
        if isinstance(road, SmtpText):
            return mail.to_mail(road, claimed, environment, now, client.timeout.read or 10.0)
        return webhook.to_webhook(road, claimed, client, environment, now)
    except ConfigurationError as error:
        return Answer("failed", error.problem)
