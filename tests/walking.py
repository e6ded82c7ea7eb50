"""A person who only reads pages and fills in the forms that stand there, in either language."""

from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.activities.pages import text
from tests.markup import Forms


class Walker:
    """Somebody signed in; `page` is what they look at."""

    def __init__(self, person, *, language="en"):
        self.client, self.language = Client(), language
        self.client.force_login(person)
        self.page = self.path = None

    def go(self, name, *args, query=""):
        with translation.override(self.language):
            return self.open(reverse(name, args=args) + query)

    def open(self, path):
        return self._look(self.client.get(path, follow=True), path)

    def fill(self, **answers):
        """Fill in the form of the page that has these fields, and send it."""
        found = [one for one in self._forms() if answers.keys() <= one[0][2].keys()]
        assert found, f"no form with {sorted(answers)} on {self.path}"
        (_method, action, _fields), sent = found[0]
        path = urljoin(self.path, action)
        return self._look(self.client.post(path, sent | answers, follow=True), path)

    def press(self, name, *args, form=None, **ticked):
        """Press the button that goes to this page, in the form of another one if it is named."""
        with translation.override(self.language):
            path, place = reverse(name, args=args), reverse(form or name, args=args)
        found = [sent for form, sent in self._forms() if self._goes_to(form[1]) == place]
        assert found, f"no form to {place} on {self.path}"
        return self._look(self.client.post(path, found[0] | ticked, follow=True), path)

    def _goes_to(self, action):
        return urlsplit(urljoin(self.path, action)).path

    def _forms(self):
        return list(Forms(self.page.content.decode()).as_sent())

    def _look(self, page, path):
        assert page.status_code == 200, f"{page.status_code} {path}: {text(page)[:2000]}"
        self.page = page
        self.path = page.redirect_chain[-1][0] if page.redirect_chain else path
        return self

    def sees(self, *words):
        shown = text(self.page).replace("\u00a0", " ").replace("\u202f", " ")
        for word in words:
            assert word in shown, f"“{word}” isn’t on {self.path}: {shown}"
        return self
