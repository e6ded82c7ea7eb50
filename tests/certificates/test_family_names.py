"""Which names open a certificate by hand: any whole part of the printed one (F6)."""

import pytest

from certificates.public.verification import by_serial, name_matches
from tests import factories
from tests.certificates import records


class TestFamilyNames:
    @pytest.mark.parametrize(
        ("typed", "printed"),
        [
            ("Kowalchuk", "Nadia Kowalchuk"),
            ("KOWALCHUK", "Nadia Kowalchuk"),
            ("Nadia Kowalchuk", "Nadia Kowalchuk"),
            ("Kowalchuk, Nadia", "Nadia Kowalchuk"),
            ("  kowalchuk ", "Nadia Kowalchuk"),
            ("Cote", "Chloé Côté"),
            ("Côté", "Chloé Cote"),
            ("Lazarewicz", "Ida Łazarewicz"),
            ("tremblay", "Marie Tremblay-Gagnon"),
            ("Tremblay Gagnon", "Marie Tremblay-Gagnon"),
            ("tremblaygagnon", "Marie Tremblay-Gagnon"),
            ("obrien", "Pat O’Brien"),
            ("O'Brien", "Pat O’Brien"),
            ("O Brien", "Pat O'Brien"),
            ("de la Tour", "Marie de la Tour"),
            ("St. John", "Mary St John"),
            ("Li", "Mei Li"),
            ("李", "李 小龙"),
            ("Sandra O", "Sandra O"),
            ("Ng", "Ng Mei Ling"),
            ("strasse", "Eva Straße"),
            ("ᓇᑖᓕᐊ", "ᓇᑖᓕᐊ"),
            ("squamish", "Sḵwx̱wú7mesh Squamish"),
            ("skwxwu7mesh", "Sḵwx̱wú7mesh"),
        ],
    )
    def test_that_are_a_part_of_the_printed_name_match(self, typed, printed):
        assert name_matches(typed, printed)

    @pytest.mark.parametrize(
        ("typed", "printed"),
        [
            ("Smith", "Nadia Kowalchuk"),
            ("Kowal", "Nadia Kowalchuk"),
            ("owalchuk", "Nadia Kowalchuk"),
            ("a", "Nadia Kowalchuk"),
            ("", "Nadia Kowalchuk"),
            ("-", "Nadia Kowalchuk"),
            ("de", "Marie de Tour"),
            ("J", "J. R. Smith"),
            ("o", "Sandra O"),
            ("Nadia Smith", "Nadia Kowalchuk"),
            ("%", "Nadia Kowalchuk"),
            ("_", "Nadia Kowalchuk"),
        ],
    )
    def test_that_are_not_do_not(self, typed, printed):
        assert not name_matches(typed, printed)

    @pytest.mark.django_db
    def test_open_only_the_certificate_with_that_serial(self):
        mine = records.issued(factories.person("Nadia Kowalchuk"))
        other = records.issued(factories.person("Ravi Smith"))

        assert by_serial(mine.serial, "Kowalchuk") == mine
        assert by_serial(other.serial, "Kowalchuk") is None
