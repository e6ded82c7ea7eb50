"""What a page says, as somebody reads or hears it."""

from html.parser import HTMLParser


class Text(HTMLParser):
    """Collects what a page says in its own language, also where only some hear it."""

    SAID = ("alt", "aria-label", "content", "placeholder", "title")
    SILENT = ("script", "style")
    VOID = ("area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    @property
    def hears(self) -> bool:
        return not self.open or self.open[-1][1]

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        hears = self.hears and tag not in self.SILENT
        hears = hears and given.get("lang", self.language) == self.language
        if tag not in self.VOID:
            self.open.append((tag, hears))
        if hears:
            said = [given[name] for name in self.SAID if given.get(name)]
            self.found += [" ".join(text.split()) for text in said]

    def handle_endtag(self, tag):
        while self.open and tag in [name for name, _hears in self.open]:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data):
        if self.hears and data.strip():
            self.found.append(" ".join(data.split()))


def said(markup: str, language: str = "fr") -> list[str]:
    """Return the texts of a page in its own language, each with single spaces."""
    page = Text(language)
    page.feed(markup)
    return page.found
