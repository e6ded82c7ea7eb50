"""How often one address may check certificates (F6)."""

import pytest
from django.test import Client
from django.urls import reverse

from certificates.public import limits
from tests import factories
from tests.certificates import records
from tests.certificates.pages import by_hand, link
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate():
    return records.issued(factories.person("Nadia Kowalchuk"))


class TestTheLimit:
    def test_is_sixty_checks_a_minute_for_one_address(self, client, certificate):
        answers = [client.get(link(certificate)).status_code for _ in range(limits.CHECKS)]
        refused = client.get(link(certificate))
        elsewhere = Client(REMOTE_ADDR="203.0.113.7").get(link(certificate))

        assert set(answers) == {200}
        assert refused.status_code == 429
        assert "Wait a minute" in refused.content.decode()
        assert elsewhere.status_code == 200

    def test_is_shared_by_both_ways_of_checking(self, client, certificate):
        for _ in range(limits.CHECKS):
            by_hand(client, certificate.serial, "Smith")

        assert client.get(link(certificate)).status_code == 429
        assert by_hand(client, certificate.serial, "Kowalchuk").status_code == 429
        assert client.get(reverse("verify")).status_code == 200

    def test_is_not_cheated_by_made_up_headers(self, certificate):
        for number in range(limits.CHECKS):
            Client(
                headers={
                    "X-Forwarded-For": f"203.0.113.{number}",
                    "X-Real-IP": f"203.0.113.{number}",
                    "Forwarded": f"for=203.0.113.{number}",
                }
            ).get(link(certificate))

        assert (
            Client(headers={"X-Forwarded-For": "198.51.100.1"}).get(link(certificate)).status_code
            == 429
        )

    def test_counts_a_network_of_ipv6_as_one_client(self, certificate):
        for number in range(limits.CHECKS):
            Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").get(link(certificate))

        assert Client(REMOTE_ADDR="2001:db8:1:2:ffff::1").get(link(certificate)).status_code == 429
        assert Client(REMOTE_ADDR="2001:db8:1:3::1").get(link(certificate)).status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_holds_when_all_ask_at_once(self, rf):
        request = rf.get("/", REMOTE_ADDR="203.0.113.9")
        for _ in range(limits.CHECKS - 5):
            limits.too_many_checks(request)

        answers = at_once([lambda: limits.too_many_checks(request)] * 12)

        assert (answers.count(False), answers.count(True)) == (5, 7)
