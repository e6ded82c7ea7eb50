"""What tests read from the markup of a page."""

from html.parser import HTMLParser


class Forms(HTMLParser):
    """The forms of a page: where each goes, how, and what it holds.

    A box that nobody ticked and an empty text have a value too, to be tried; what a browser would
    send is `as_sent`.
    """

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.unticked, self.written = [], []  # of each form
        self.select = self.textarea = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name")
        if tag == "form":
            self.found.append((given.get("method", "get"), given.get("action", ""), {}))
            self.unticked.append(set())
            self.written.append({})
        elif self.found and name and name != "csrfmiddlewaretoken":
            fields = self.found[-1][2]
            if tag == "input" and given.get("type") in ("radio", "checkbox"):
                if "checked" in given:
                    self.unticked[-1].discard(name)
                elif name not in fields:
                    self.unticked[-1].add(name)
                if "checked" in given or name not in fields:
                    fields[name] = given.get("value", "on")
            elif tag in ("input", "button"):
                fields.setdefault(name, given.get("value") or "")
            elif tag == "textarea":
                fields.setdefault(name, "A few words")
                self.textarea = name
                self.written[-1][name] = ""
            elif tag == "select":
                self.select = name
                fields.setdefault(name, "")
        elif tag == "option" and self.select and given.get("value"):
            fields = self.found[-1][2]
            if "selected" in given or not fields[self.select]:
                fields[self.select] = given["value"]

    def handle_data(self, data):
        if self.textarea:
            self.written[-1][self.textarea] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def as_sent(self):
        """Each form, and the fields that a browser would send as it stands."""
        for form, unticked, written in zip(self.found, self.unticked, self.written, strict=True):
            sent = {name: value for name, value in form[2].items() if name not in unticked}
            yield form, sent | {name: text.removeprefix("\n") for name, text in written.items()}
