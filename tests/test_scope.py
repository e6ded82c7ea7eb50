"""No view asks for people's rows but through what somebody may see (reliability A3).

The source of the views is read: where a model that belongs to somebody is asked for, the question
must begin in a scope (`visible_to` and its like) or hang on a row that came out of one.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
VIEWS = sorted(
    path
    for app in ("registrations", "activities", "certificates")
    for path in (ROOT / app / "views").glob("*.py")
)
# They ask who somebody is.
SCOPES = {"visible_to", "worked_on_by", "seen_by"}
# They take a row, or rows, that the view has found in a scope already, or the person who asks.
OF_A_ROW = {"of", "in_record"}
HANGS_ON = {"registration", "certificate", "person", "user", "association", "roster", "mentor"}
# A reference to the one who did something makes no row theirs.
DOERS = ("_by", "author")

# What belongs to somebody by no foreign key that says so.
ALSO = {"AssociationNote", "BankExport", "BankLine", "Batch", "Incident", "IncidentAccount"}
ALSO |= {"Organisation", "Roster", "RosterMember", "RosterQuestion"}
# Where a view asks for everybody's rows nevertheless, and why it may.
_RIGHT = "behind a right that is for the whole site"
_FOUND = "only rows that the view has found in a scope before"
_COUNT = "a number beside a tab of pages that are behind that same right"
EXPLAINED = {
    "activities.access.entry_of": f"{_FOUND}: what can be restored of the record",
    "activities.courses.courses": "organisations of the program, for everybody who enters a course",
    "certificates.issuing.ready": f"{_FOUND}: a page of them",
    "certificates.proofs._confirm": "by the form's own key; the page that it leads to has a scope",
    "registrations.account.account": "the person who asks",
    "registrations.bank": "a table of querysets by tab, all of them narrowed to one export",
    "registrations.bank.confirm": f"{_RIGHT}: record_payment",
    "registrations.bank.export": f"{_RIGHT}: record_payment",
    "registrations.bank.exports": f"{_RIGHT}: record_payment",
    "registrations.deposits._line": f"{_RIGHT}: record_payment",
    "registrations.deposits._recorded": _FOUND,
    "registrations.desk_mentors._assigned": "one of the offers that the form lets choose",
    "registrations.history.history": f"{_RIGHT}: see_history",
    "registrations.history.views": f"{_RIGHT}: see_history",
    "registrations.incidents.listed": f"{_RIGHT}: keep_incidents",
    "registrations.incidents.one": f"{_RIGHT}: keep_incidents",
    "registrations.ledger.tabs": _COUNT,
    "registrations.mentorships.end": "mentor or participant, said as a Q, is the person who asks",
    "registrations.notice_kinds.failed_mail": f"{_RIGHT}: see_notices",
    "registrations.notice_kinds.mail_again": f"{_RIGHT}: handle_notices",
    "registrations.notices.tabs": _COUNT,
    "registrations.organisations.organisation": _FOUND,
    "registrations.people._not_over": f"{_RIGHT}: appoint",
    "registrations.people.appointments": f"{_RIGHT}: appoint",
    "registrations.personal_desk.erasures": f"{_RIGHT}: erase_people",
    "registrations.personal_desk.keep": f"{_RIGHT}: erase_people",
}


def belonging():
    """The models whose rows belong to somebody: a registration or a person is behind each."""
    ours = {"cec", "registrations", "activities", "certificates"}
    models = [model for model in apps.get_models() if model._meta.app_label in ours]
    found = {model for model in models if model.__name__ in {"Person", "Registration"}}
    before = 0
    while len(found) > before:
        before = len(found)
        found |= {
            model for model in models if any(_is_theirs(each, found) for each in _keys(model))
        }
    return {model.__name__ for model in found} | ALSO


def _keys(model):
    return [each for each in model._meta.get_fields() if each.concrete and each.is_relation]


def _is_theirs(key, found):
    return key.related_model in found and not key.many_to_many and not key.name.endswith(DOERS)


def unscoped(source, models):
    """Where a view asks for rows of these models without a scope: pairs of function and line."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if _asks(node, models, parents) and not _is_scoped(node, parents):
            yield _function(node, parents), node.lineno


def _asks(node, models, parents):
    """`Model.objects`, or `get_object_or_404(Model, …)`."""
    if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
        return isinstance(node.value, ast.Name) and node.value.id in models
    call = parents.get(node)
    return (
        isinstance(node, ast.Name)
        and node.id in models
        and isinstance(call, ast.Call)
        and call.args[:1] == [node]
        and _is_shortcut(call)
    )


def _is_shortcut(call):
    return isinstance(call.func, ast.Name) and call.func.id in {
        "get_object_or_404",
        "get_list_or_404",
    }


def _is_scoped(node, parents):
    calls, name = _chain(node, parents)
    if name:  # rows that are asked further below
        calls += _later(name, _whole(node, parents))
    return any(_scopes(call) for call in calls)


def _chain(node, parents):
    """The calls that a question goes through, and the name that it is given in the end."""
    calls = []
    while (above := parents.get(node)) is not None:
        if isinstance(above, ast.Call) and (above.func is node or _is_shortcut(above)):
            calls.append(above)
        elif isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name):
            return calls, above.targets[0].id
        elif not isinstance(above, ast.Attribute):
            return calls, ""
        node = above
    return calls, ""


def _later(name, function):
    """The calls that rows of that name go through in the same function."""
    for call in ast.walk(function):
        if not isinstance(call, ast.Call):
            continue
        start = call.args[0] if _is_shortcut(call) and call.args else call.func
        while isinstance(start, ast.Attribute | ast.Call):
            start = start.value if isinstance(start, ast.Attribute) else start.func
        if isinstance(start, ast.Name) and start.id == name:
            yield call


def _scopes(call):
    named = {word.arg.split("__")[0] for word in call.keywords if word.arg}
    if isinstance(call.func, ast.Attribute):
        if call.func.attr in SCOPES | OF_A_ROW:
            return True
        if call.func.attr not in {"filter", "get"}:
            return False
    return bool(named & HANGS_ON)


def _function(node, parents):
    while not isinstance(node, ast.FunctionDef) and node in parents:
        node = parents[node]
    return getattr(node, "name", "")


def _whole(node, parents):
    while not isinstance(node, ast.FunctionDef) and node in parents:
        node = parents[node]
    return node


def found_in_views():
    models = belonging()
    return {
        f"{path.parent.parent.name}.{path.stem}.{function}".rstrip("."): line
        for path in VIEWS
        for function, line in unscoped(path.read_text(encoding="utf-8"), models)
    }


def test_no_view_asks_for_peoples_rows_without_a_scope():
    found = found_in_views()

    new = {f"{place}, line {line}" for place, line in found.items() if place not in EXPLAINED}
    assert new == set(), "begin with visible_to, or explain it in EXPLAINED"
    assert set(EXPLAINED) - set(found) == set(), "no longer so: take it out of EXPLAINED"


@pytest.mark.parametrize(
    "line",
    [
        "Payment.objects.all()",
        "Payment.objects.get(pk=payment)",
        "Payment.objects.filter(pk=payment).select_related('registration')",
        "get_object_or_404(Payment, pk=payment)",
        "get_list_or_404(Payment.objects.order_by('pk'), pk=payment)",
        "get_object_or_404(Payment._default_manager, pk=payment)",
        "rows = Payment.objects.all(); row = get_object_or_404(rows, pk=payment)",
        "rows = Payment.objects.all(); others = Event.objects.visible_to(request.user)",
        "Payment.objects.order_by('registration')",
        "Payment.objects.exclude(person=request.user)",
    ],
)
def test_a_question_without_a_scope_is_found(line):
    source = f"def page(request, payment):\n    {line}\n    return rows\n"

    assert {name for name, _line in unscoped(source, {"Payment"})} == {"page"}


@pytest.mark.parametrize(
    "line",
    [
        "Payment.objects.visible_to(request.user)",
        "get_object_or_404(Payment.objects.select_related('x').visible_to(request.user), pk=1)",
        "Payment.objects.filter(registration__person=request.user)",
        "get_object_or_404(Payment, registration=row, pk=payment)",
        "rows = Payment.objects.all(); row = get_object_or_404(rows, registration=row)",
        "rows = Payment.objects.select_related('x'); found = rows.filter(person=request.user)",
        "Certificate.objects.of(row)",
        "Program.objects.all()",
        "get_object_or_404(row.payments, pk=payment)",
    ],
)
def test_a_question_with_a_scope_is_let_pass(line):
    source = f"def page(request, payment):\n    {line}\n"

    assert list(unscoped(source, {"Payment", "Certificate"})) == []


def test_what_belongs_to_somebody_is_told_by_foreign_keys():
    models = belonging()

    assert {"Person", "Registration", "Payment", "Document", "Evidence", "OutgoingMail"} <= models
    assert not {"Program", "Rules", "Association", "Signatory", "CertificateWording"} & models
    assert {model.__name__ for model in apps.get_models()} >= ALSO
