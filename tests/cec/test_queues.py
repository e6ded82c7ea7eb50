"""The settings of Celery hold together: queues, limits, schedule (reliability H2 to H4, H9)."""

import pytest
import yaml
from django.conf import settings

from cec import supervisor, work
from cec.celery import app
from tests.cec.sweeping import work as _all_are_registered  # noqa: F401


def queue_of(task):
    return app.amqp.router.route({}, task)["queue"].name


def our_tasks():
    app.loader.import_default_modules()
    return [name for name in app.tasks if not name.startswith("celery.")]


def test_celery_speaks_json_alone_and_keeps_no_results():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result is True
    assert app.conf.result_backend is None
    assert [name for name in our_tasks() if app.tasks[name].serializer != "json"] == []


def test_a_message_is_handed_back_unless_the_work_is_done():
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.worker_soft_shutdown_timeout < 30  # H9


def test_the_limits_end_a_task_before_its_message_comes_again():
    limits = app.conf.task_soft_time_limit, app.conf.task_time_limit

    assert limits == (90, 120)
    assert limits[1] < app.conf.broker_transport_options["visibility_timeout"]
    assert limits[0] > work.SWEEP_SECONDS + work.TURN_SECONDS
    for name in our_tasks():
        task = app.tasks[name]
        assert (task.soft_time_limit, task.time_limit) in (limits, (None, None)), name


def test_each_queue_that_a_task_goes_to_is_known():
    assert {queue_of(name) for name in our_tasks()} <= set(work.QUEUES)
    assert set(app.amqp.queues) == set(work.QUEUES)


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("cec.deliver_mail", "mail"),
        ("certificates.issue_batch", "certificates"),
        ("certificates.make_document", "certificates"),
        ("registrations.read_roster", "general"),
    ],
)
def test_mail_waits_for_no_certificate_and_no_certificate_for_mail(task, queue):
    assert queue_of(task) == queue


def test_beat_reaches_each_sweeper_once_a_minute():
    swept = [entry["args"][0] for entry in settings.CELERY_BEAT_SCHEDULE.values()]

    assert sorted(swept) == sorted(work.QUEUES)
    assert {row.queue for row in work.sweepers().values()} <= set(swept)
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] == work.SWEEP
        assert entry["options"]["queue"] == entry["args"][0]
        assert entry["options"]["expires"] < entry["schedule"] == 60


def test_a_sweeper_belongs_to_a_queue_that_there_is():
    with pytest.raises(ValueError, match="nowhere"):
        work.sweeper("Do it", queue="nowhere")


def test_each_queue_has_a_worker_in_development_and_in_production():
    composed = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    commands = [str(service.get("command", "")) for service in composed.values()]

    for queue in work.QUEUES:
        assert queue in supervisor.WORKERS.values()
        assert sum(f"--queues={queue}" in command for command in commands) == 1


def test_the_signing_key_goes_to_the_worker_of_certificates_alone():
    composed = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]

    have_it = [name for name, service in composed.items() if "secrets" in service]

    assert have_it == ["worker-certificates"]
