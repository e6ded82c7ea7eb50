"""Deadlocks, locks that don't come and cut connections, with real ones (reliability G9)."""

from threading import Barrier

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from cec import retrying, urls
from cec.health import Heartbeat
from tests.cec.mails import written
from tests.races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

handler500 = urls.handler500


@login_not_required
def page(request, how):
    HOW[how]()
    return HttpResponse("done")


def lock_timeout():
    """A transaction that is half done waits for a lock that somebody holds."""
    with transaction.atomic():
        Heartbeat.beat("half")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(1)")


def cut_off():
    with transaction.atomic():
        Heartbeat.beat("half")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def mistake():
    raise ZeroDivisionError


HOW = {"lock": lock_timeout, "cut": cut_off, "mistake": mistake}
urlpatterns = [path("try/<slug:how>/", page), *urls.urlpatterns]


def ask(how, language="en"):
    client = Client(raise_request_exception=False)
    response = client.post(f"/try/{how}/", headers={"accept-language": language})
    connection.close()
    return response


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "We’re busy for a moment"), ("fr", "très sollicité")],
)
def test_a_page_whose_lock_doesnt_come_asks_to_come_back_and_did_nothing(language, words):
    def hold_and_ask():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
            (response,) = at_once([lambda: ask("lock", language)])
            return response

    response = hold_and_ask()

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert words in response.content.decode()
    assert not Heartbeat.objects.filter(name="half").exists()


def test_a_page_whose_connection_is_cut_asks_to_come_back_and_the_next_one_works():
    assert ask("cut").status_code == 503

    assert not Heartbeat.objects.filter(name="half").exists()
    assert Client().get("/healthz").status_code == 200


def test_a_mistake_of_ours_is_no_reason_to_come_back():
    response = ask("mistake")

    assert response.status_code == 500
    assert "Retry-After" not in response


def test_whoever_loses_a_deadlock_tries_again_and_both_deeds_are_done():
    first, second = written(2)
    meet = Barrier(2)
    tries = []

    def turn(*mails):
        def deed():
            tries.append(mails)
            with transaction.atomic():
                type(mails[0]).objects.select_for_update().get(pk=mails[0].pk)
                if len(tries) <= 2:
                    meet.wait(timeout=10)
                row = type(mails[1]).objects.select_for_update().get(pk=mails[1].pk)
                row.attempts += 1
                row.save(update_fields=["attempts"])
            return "done"

        return lambda: retrying.retried(deed)

    answers = at_once([turn(first, second), turn(second, first)])

    assert answers == ["done", "done"]
    assert len(tries) == 3
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.attempts, second.attempts) == (1, 1)


def test_a_transaction_that_saw_an_older_state_tries_again():
    (mail,) = written()
    meet = Barrier(2)
    tries = []

    def deed():
        tries.append(1)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            row = type(mail).objects.get(pk=mail.pk)
            if len(tries) <= 2:
                meet.wait(timeout=10)
            type(mail).objects.filter(pk=mail.pk).update(attempts=row.attempts + 1)

    at_once([lambda: retrying.retried(deed)] * 2)

    mail.refresh_from_db()
    assert (mail.attempts, len(tries)) == (2, 3)


def test_after_three_tries_it_is_said():
    tries = []

    def never():
        tries.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    with pytest.raises(OperationalError) as error:
        retrying.retried(never)

    assert len(tries) == retrying.MOST_TRIES
    assert retrying.is_conflict(error.value)


@pytest.mark.parametrize("deed", [cut_off, mistake])
def test_what_may_have_happened_or_is_a_mistake_isnt_tried_again(deed):
    tries = []

    def once():
        tries.append(1)
        deed()

    with pytest.raises((OperationalError, ZeroDivisionError)):
        retrying.retried(once)

    connection.close()
    assert len(tries) == 1


def test_inside_a_transaction_nothing_is_tried_again():
    tries = []

    def conflict():
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    with pytest.raises(OperationalError), transaction.atomic():
        retrying.retried(conflict)

    assert len(tries) == 1
