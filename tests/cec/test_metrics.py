"""Figures for Prometheus: with the token alone, about the work and never about a person."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cec import health, metrics, work
from cec.outbox import OutgoingMail
from tests import factories as make

pytestmark = pytest.mark.django_db

TOKEN = "0123456789abcdef0123456789abcdef"


def ask(client, token=TOKEN):
    return client.get("/metrics", headers={"Authorization": f"Bearer {token}"})


def figures(client) -> dict[tuple[str, ...], float]:
    """Our own figures by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(ask(client).text)
        for sample in family.samples
        if sample.name.startswith("cec_")
    }


def test_are_off_unless_a_token_is_set(client, settings):
    settings.METRICS_TOKEN = ""

    assert ask(client, "").status_code == ask(client).status_code == 404


@pytest.mark.parametrize("token", ["", "another", TOKEN[:-1], f"{TOKEN}0", "é"])
def test_are_not_there_without_the_token(client, settings, token):
    settings.METRICS_TOKEN = TOKEN

    assert ask(client, token).status_code == 404
    assert client.get("/metrics").status_code == 404


def test_say_how_the_work_stands(client, settings):
    settings.METRICS_TOKEN = TOKEN
    make.swept()
    work.sweep("general")
    for state in ("queued", "queued", "failed"):
        OutgoingMail.objects.create(
            kind="test",
            to="reader@example.org",
            subject="S",
            text="T",
            state=state,
            message_id=f"<{OutgoingMail.objects.count()}>",
        )

    found = figures(client)

    assert found["cec_work_rows", "mail", "waiting"] == 2
    assert found["cec_work_rows", "mail", "failed"] == 1
    assert 0 < found["cec_work_oldest_seconds", "mail"] < 60
    assert 0 <= found["cec_sweep_age_seconds", "general"] < 60
    assert found["cec_check", "sweep"] == 1
    assert found["cec_check", "mail"] == 0  # there is no mail server
    assert any(name == "cec_job_age_seconds" for name, *_ in found)


def test_name_nobody(client, settings):
    settings.METRICS_TOKEN = TOKEN
    who = make.person()
    client.force_login(who)
    client.get("/en/account/")

    told = ask(client).text

    assert who.email not in told
    assert who.name not in told


def test_without_a_database_say_so_and_nothing_else(settings, monkeypatch):
    def gone():
        raise OSError

    monkeypatch.setattr(health, "_database", gone)

    told = metrics.text().decode()

    assert 'cec_check{check="database"} 0.0' in told
    assert "cec_work_rows" not in told


def test_cost_no_more_queries_with_more_rows(client, settings, django_assert_max_num_queries):
    settings.METRICS_TOKEN = TOKEN

    with django_assert_max_num_queries(30):
        ask(client)
