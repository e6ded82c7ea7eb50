"""Taking a list into use, whole or not at all, and undoing it (reliability E7)."""

from datetime import timedelta
from threading import Event as Signal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cec.problems import Refused
from cec.spreadsheet.safety import WorkbookRefused
from registrations.models import Event, Roster, RosterMember, RosterQuestion
from registrations.roster import comparison, keeping, preview
from registrations.roster.comparison import compare
from tests import factories as make
from tests.races import at_once, wait_for_a_lock
from tests.registrations import rosters as lists

pytestmark = pytest.mark.django_db
LATER = timedelta(days=31)


@pytest.fixture
def rep():
    return make.representative("MLA")


def refusal(do) -> str:
    with pytest.raises(Refused) as refused:
        do()
    return refused.value.problems[0].code


def current(code="MLA"):
    return Roster.objects.current().filter(association__code=code).first()


# What a list would change


def test_new_changed_vanished_and_unchanged_members_are_told_apart(rep):
    lists.confirmed(
        lists.csv(
            "1,Same,s@example.org,2027-06-30,",
            "2,Renewed,r@example.org,2026-06-30,",
            "3,Gone,g@example.org,2027-06-30,",
            "4,For life,l@example.org,2027-06-30,",
            "5,Suspended,u@example.org,2027-06-30,",
            ",By address,Address@Example.org,2027-06-30,",
        ),
        by=rep,
    )
    roster = lists.uploaded(
        lists.csv(
            "1,Same,s@example.org,2027-06-30,",
            "2,Renewed,r@example.org,2027-06-30,",
            "4,For life,l@example.org,lifetime,",
            "5,Suspended,u@example.org,2027-06-30,suspended",
            ",By address,address@example.org,2027-06-30,",
            "6,New,n@example.org,2027-06-30,",
        ),
        by=rep,
    )
    lists.answer_all(roster, "life")

    found = compare(roster)

    def names(rows):
        return [row.name for row in rows.order_by("number")]

    assert names(comparison.new(roster, current())) == ["New"]
    assert names(comparison.vanished(roster, current())) == ["Gone"]
    assert names(comparison.changed(roster, current())) == [
        *("Renewed", "For life", "Suspended", "By address"),
    ]
    assert (found.members, found.before, found.same) == (6, 6, 1)
    changed = preview.sections(found)[2].lines
    assert [(each.label, each.before, each.after) for each in changed[0].differences] == [
        ("In good standing", "until 30\xa0Jun\xa02026", "until 30\xa0Jun\xa02027")
    ]


def test_the_same_list_again_changes_nothing(rep):
    lists.confirmed(lists.ABQLA, code="ABQLA")

    found = compare(lists.uploaded(lists.ABQLA, code="ABQLA"))

    assert (found.new, found.changed, found.vanished, found.same) == (0, 0, 0, 23)


# Confirming


def test_a_confirmed_list_replaces_the_one_before_and_says_who_and_when(rep):
    first = lists.confirmed(lists.members(1, 2, 3), by=rep)
    second = lists.confirmed(lists.members(2, 3, 4, 5), by=rep)

    first.refresh_from_db()
    event = Event.objects.filter(kind="roster_saved").last()
    assert (first.state, second.state) == ("former", "current")
    assert second.replaces == first
    assert second.confirmed_by == rep
    assert second.recheck_due
    assert second.content is None
    assert "samples" not in second.layout
    assert (event.actor, event.association.code, event.role) == (rep, "MLA", "representative")
    assert event.details == {
        "roster": second.pk,
        "sha256": second.sha256,
        "members": 4,
        "new": 2,
        "changed": 0,
        "vanished": 1,
    }


def test_rows_that_stay_out_are_gone_once_the_list_is_in_use(rep):
    roster = lists.confirmed(lists.MLA, by=rep)

    assert roster.members.count() == 22
    assert not roster.members.filter(left_out=True).exists()


def test_a_question_without_an_answer_holds_the_list_back(rep):
    roster = lists.uploaded(lists.MLA, by=rep)

    code = refusal(lambda: keeping.confirm(roster, by=rep, seen=compare(roster).seen))

    assert code == "unanswered"
    assert current() is None


def test_a_list_of_which_every_row_stays_out_is_not_taken(rep):
    roster = lists.uploaded(lists.csv("1,A,,lifetime,"), by=rep)
    lists.answer_all(roster)

    code = refusal(lambda: keeping.confirm(roster, by=rep, seen=compare(roster).seen))

    assert code == "nobody"


@pytest.mark.parametrize(("left", "asks"), [(8, False), (7, True)])
def test_more_than_a_fifth_vanishing_is_confirmed_a_second_time(rep, left, asks):
    lists.confirmed(lists.members(*range(10)), by=rep)
    roster = lists.uploaded(lists.members(*range(left)), by=rep)
    found = compare(roster)

    if asks:
        assert refusal(lambda: keeping.confirm(roster, by=rep, seen=found.seen)) == "many_vanish"
        assert current().members.count() == 10
        wrong = found.vanished - 1
        assert (
            refusal(lambda: keeping.confirm(roster, by=rep, seen=found.seen, vanishing=wrong))
            == "many_vanish"
        )
    keeping.confirm(roster, by=rep, seen=found.seen, vanishing=found.vanished if asks else None)

    assert current().members.count() == left


def test_another_associations_list_would_make_everybody_vanish_and_changes_nothing_by_itself():
    lists.confirmed(lists.MLA)
    roster = lists.uploaded(lists.ABQLA)

    found = compare(roster)

    assert (found.vanished, found.before) == (22, 22)
    assert refusal(lambda: keeping.confirm(roster, by=roster.uploaded_by, seen=found.seen)) == (
        "many_vanish"
    )
    assert current().members.filter(number_key__startswith="mla").count() == 22


def test_what_was_not_seen_is_not_confirmed(rep):
    roster = lists.uploaded(lists.csv("1,A,,lifetime,", "2,B,,2027-06-30,"), by=rep)
    lists.answer_all(roster, "life")
    seen = compare(roster).seen
    keeping.answer(roster, {roster.questions.get().pk: "leave"}, by=rep)

    code = refusal(lambda: keeping.confirm(roster, by=rep, seen=seen))

    assert code == "changed_meanwhile"
    assert current() is None


def test_half_a_file_changes_nothing(rep):
    before = lists.confirmed(lists.members(1, 2), by=rep)
    whole = lists.xlsx(*((f"M-{n}", f"M {n}", "", "2027-06-30", "") for n in range(99)))
    text = lists.members(1, 2, 3).encode()

    halves = [
        lists.uploaded(whole[: len(whole) // 2], by=rep, name="members.xlsx"),
        lists.uploaded(text[: -len("27-12-31,active\n")], by=rep),
        lists.uploaded(b'Member no.,Name,Expiry\n1,"Jane', by=rep),
    ]

    assert [row.error for row in halves] == ["damaged", "breaks_off", "quotation_marks"]
    assert [row.state for row in halves] == ["failed"] * 3
    assert not RosterMember.objects.filter(roster__in=halves).exists()
    assert list(before.members.values_list("number_key", flat=True)) == ["m1", "m2"]
    assert current() == before


# Uploading, dropping, forgetting


def test_a_new_upload_takes_the_place_of_one_that_still_waited(rep):
    waiting = lists.uploaded(lists.MLA, by=rep)

    lists.uploaded(lists.members(1), by=rep)

    waiting.refresh_from_db()
    assert waiting.state == "dropped"
    assert waiting.content is None
    assert not waiting.members.exists()
    assert not waiting.questions.exists()


def test_a_dropped_upload_leaves_nothing_of_anybody_and_cannot_be_taken_up_again(rep):
    roster = lists.uploaded(lists.MLA, by=rep)

    keeping.drop(roster, by=rep)

    roster.refresh_from_db()
    assert (roster.state, roster.content, "samples" in roster.layout) == ("dropped", None, False)
    assert not roster.members.exists()
    assert refusal(lambda: keeping.drop(roster, by=rep)) == "not_open"
    assert refusal(lambda: keeping.confirm(roster, by=rep, seen="")) == "not_open"
    assert refusal(lambda: keeping.answer(roster, {}, by=rep)) == "not_open"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "members.csv", "empty"),
        (b"%PDF-1.7\n", "members.csv", "pdf"),
        (b"PK\x03\x04" + bytes(99), "members.csv", "wrong_name"),
        (b"No,Name\n", "members.doc", "wrong_text_name"),
        (b"<html></html>", "members.csv", "web_page"),
        (b"x," * 10_000_001, "members.csv", "too_big"),
    ],
)
def test_what_is_no_list_is_refused_at_once(rep, content, name, code):
    with pytest.raises(WorkbookRefused) as refused:
        keeping.upload(make.association("MLA"), lists.file(content, name), by=rep)

    assert refused.value.code == code
    assert not Roster.objects.exists()


def test_old_lists_are_forgotten_after_thirty_days_and_the_one_in_use_never(rep):
    lists.confirmed(lists.members(1), by=rep)
    lists.confirmed(lists.members(1, 2), by=rep)
    in_use = lists.confirmed(lists.members(1, 2, 3), by=rep)
    abandoned = lists.uploaded(lists.MLA, by=rep)
    Roster.objects.filter(state="former").update(ended_at=timezone.now() - LATER)
    Roster.objects.update(uploaded_at=timezone.now() - LATER)

    assert keeping.forget_old() == 2
    assert keeping.forget_old() == 0

    abandoned.refresh_from_db()
    assert abandoned.state == "dropped"
    assert set(RosterMember.objects.values_list("roster", flat=True)) == {in_use.pk}
    assert not RosterQuestion.objects.exists()
    assert in_use.members.count() == 3


# Undoing


def test_undoing_brings_the_list_before_back_whole(rep):
    first = lists.confirmed(lists.members(1, 2, 3), by=rep)
    second = lists.confirmed(lists.members(1, 2, 3, 4), by=rep)
    Roster.objects.update(recheck_due=False)

    keeping.undo(second, by=rep)

    second.refresh_from_db()
    assert current() == first
    assert current().recheck_due
    assert current().members.count() == 3
    assert (second.state, second.undone_by) == ("undone", rep)
    assert Event.objects.get(kind="roster_undone").details["roster"] == first.pk


def test_the_first_list_undone_leaves_none(rep):
    roster = lists.confirmed(lists.members(1), by=rep)

    assert keeping.undo(roster, by=rep) is None

    assert current() is None


def test_a_list_that_was_replaced_too_long_ago_is_not_brought_back(rep):
    lists.confirmed(lists.members(1), by=rep)
    second = lists.confirmed(lists.members(1, 2), by=rep)
    Roster.objects.filter(state="former").update(ended_at=timezone.now() - LATER)
    second = Roster.objects.get(pk=second.pk)

    assert not keeping.can_be_undone(second)
    assert refusal(lambda: keeping.undo(second, by=rep)) == "too_late"
    assert current() == second


def test_only_the_list_in_use_is_undone(rep):
    first = lists.confirmed(lists.members(1), by=rep)
    second = lists.confirmed(lists.members(1, 2), by=rep)

    assert refusal(lambda: keeping.undo(first, by=rep)) == "not_current"
    assert current() == second


# Who may


def test_another_associations_representative_keeps_nothing_of_this_one(rep):
    roster = lists.confirmed(lists.members(1), by=rep)
    other = make.representative("OLA")

    deeds = (
        lambda: keeping.upload(make.association("MLA"), lists.file("x"), by=other),
        lambda: keeping.confirm(roster, by=other, seen=""),
        lambda: keeping.answer(roster, {}, by=other),
        lambda: keeping.choose_columns(roster, {}, by=other),
        lambda: keeping.drop(roster, by=other),
        lambda: keeping.undo(roster, by=other),
    )

    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()
    assert current() == roster
    assert list(keeping.associations_of(other)) == [make.association("OLA")]
    assert keeping.associations_of(make.steering()).count() == 12
    assert not keeping.associations_of(make.administrator()).exists()
    assert not keeping.associations_of(make.person()).exists()


# At once


@pytest.mark.django_db(transaction=True)
def test_two_people_who_confirm_at_once_make_one_list_and_the_other_is_told():
    reps = [make.representative("MLA"), make.representative("MLA")]
    lists.confirmed(lists.members(1), by=reps[0])
    roster = lists.uploaded(lists.members(1, 2), by=reps[0])
    seen = compare(roster).seen

    found = at_once([lambda rep=rep: keeping.confirm(roster, by=rep, seen=seen) for rep in reps])

    refused = [each for each in found if isinstance(each, Refused)]
    assert [each.problems[0].code for each in refused] == ["not_open"]
    assert current() == roster
    assert current().members.count() == 2
    assert Event.objects.filter(kind="roster_saved").count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_be_told_that_theirs_is_in_use(monkeypatch):
    rep = make.representative("MLA")
    lists.confirmed(lists.members(1), by=rep)
    roster = lists.uploaded(lists.members(1, 2), by=rep)
    seen = compare(roster).seen
    monkeypatch.setattr(keeping, "_open", lambda roster, by: Roster.objects.get(pk=roster.pk))

    found = at_once([lambda: keeping.confirm(roster, by=rep, seen=seen) for _n in range(4)])

    assert not any(isinstance(each, Refused) for each in found)
    assert Event.objects.filter(kind="roster_saved").count() != 2


@pytest.mark.django_db(transaction=True)
def test_undoing_at_once_undoes_once():
    rep = make.representative("MLA")
    first = lists.confirmed(lists.members(1), by=rep)
    lists.confirmed(lists.members(1, 2), by=rep)
    third = lists.confirmed(lists.members(1, 2, 3), by=rep)

    found = at_once([lambda: keeping.undo(third, by=rep) for _n in range(4)])

    assert sum(isinstance(each, Refused) for each in found) == 3
    assert current().members.count() == 2
    assert current() != first


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_leave_one_that_waits():
    rep = make.representative("MLA")
    own = make.association("MLA")

    at_once(
        [lambda n=n: keeping.upload(own, lists.file(lists.members(n)), by=rep) for n in range(4)]
    )

    assert Roster.objects.open().count() == 1
    assert Roster.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_rows_that_a_worker_adds_to_an_upload_that_is_dropped_are_gone_too(rep):
    first = keeping.upload(make.association("MLA"), lists.file(lists.members(1)), by=rep)
    begun = Signal()

    def read_on():
        with transaction.atomic():
            Roster.objects.select_for_update(of=("self",)).get(pk=first.pk)
            RosterMember.objects.create(roster=first, number=2, name="Member 1")
            begun.set()
            wait_for_a_lock()

    def upload():
        begun.wait(timeout=20)
        keeping.upload(make.association("MLA"), lists.file(lists.members(2)), by=rep)

    assert at_once([read_on, upload]) == [None, None]

    first.refresh_from_db()
    assert first.state == "dropped"
    assert not RosterMember.objects.filter(roster=first).exists()
