"""What the program writes about somebody's own data: the copy, and erasing."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from cec import mail
from cec.templatetags.look import moment
from cec.wording import day
from registrations import erasing
from registrations.models import DataCopy, Erasure, Person


def _example_copy() -> DataCopy:
    until = datetime(2026, 3, 17, 16, 5, tzinfo=UTC)
    return DataCopy(pk=1, person=Person(name="Nadia"), until=until)


def _example_erasure() -> Erasure:
    due_at = datetime(2026, 3, 22, 16, 5, tzinfo=UTC)
    return Erasure(pk=1, person=Person(name="Nadia"), due_at=due_at)


def _why() -> str:
    return _("You’re getting this because it’s about the data of your account.")


@mail.letter("data_copy_ready", example=lambda: (_example_copy(),))
def data_copy_ready(copy: DataCopy) -> mail.Letter:
    assert copy.until is not None
    return mail.Letter(
        subject=_("Your copy of your data is ready"),
        heading=_("Your copy is ready"),
        paragraphs=[
            _(
                "It’s one file with everything that we keep about you. Open the page below and "
                "download it there; you’re asked to sign in, as it’s for you alone."
            )
        ],
        facts=[(_("There until"), moment(copy.until))],
        button=(_("Go to the page"), mail.absolute_url("my_data")),
        closing=[_("If you didn’t ask for it, change your password: somebody else did.")],
        why=_why(),
    )


@mail.letter("erasure_asked", example=lambda: (_example_erasure(),))
def erasure_asked(erasure: Erasure) -> mail.Letter:
    return mail.Letter(
        subject=_("Your data will be erased"),
        heading=_("We were asked to erase your data"),
        paragraphs=[
            _(
                "Until the day below nothing happens. From then on your account, your records and "
                "your files are gone, and nobody can bring them back."
            ),
            _("This is the last e-mail about it: afterwards we don’t have your address any more."),
        ],
        facts=[(_("Erased on"), day(erasure.due_at))],
        button=(
            _("Keep my data"),
            mail.absolute_url("erasure_keep", token=erasing.token_of(erasure)),
        ),
        closing=[_("If you didn’t ask for this, open the page and keep your data.")],
        why=_why(),
    )


@mail.letter("erasure_taken_back", example=lambda: (_example_erasure(),))
def erasure_taken_back(erasure: Erasure) -> mail.Letter:
    return mail.Letter(
        subject=_("Your data stay as they are"),
        paragraphs=[_("Nothing is erased. Your account and your records are as they were.")],
        why=_why(),
    )
