"""What a passkey has to show, whatever it is used for (reliability B3)."""

import pytest
from allauth.core import context
from allauth.mfa.webauthn.internal import auth
from django.test import RequestFactory

from tests import factories as make

pytestmark = pytest.mark.django_db


def test_every_way_by_passkey_wants_a_finger_a_face_or_a_pin():
    """A challenge of a way that wants less would do on the one that asks for no password."""
    request = RequestFactory().get("/")
    request.session = {}

    with context.request_context(request):
        asked = [auth.begin_authentication(user=who) for who in (make.person(), None)]

    assert {options["publicKey"]["userVerification"] for options in asked} == {"required"}
