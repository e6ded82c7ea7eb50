import socket

import pytest

from tests.mailserver import mail_server


@pytest.fixture
def outbox(settings):
    """Our own way of sending; pytest-django puts another in its place."""
    settings.EMAIL_BACKEND = "cec.mail.OutboxBackend"


@pytest.fixture
def mailbox(settings):
    """A mail server that the product sends to."""
    with mail_server() as box:
        settings.MAIL_SERVER = box.server
        settings.MAIL_PER_MINUTE = 1_000
        settings.EMAIL_TIMEOUT = 5
        yield box


@pytest.fixture
def hanging_port():
    """A port where somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
