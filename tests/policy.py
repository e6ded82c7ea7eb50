"""What the Content-Security-Policy forbids, found in markup."""

import re
from html.parser import HTMLParser


class Inline(HTMLParser):
    """Collects what the Content-Security-Policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("style", "base", "iframe", "object", "embed"):
            self.found.append(f"<{tag}>")
        if tag == "script" and "src" not in given:
            self.found.append("<script> without src")
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"{name}={value}")
            if value and re.match(r"\s*(javascript|data|https?):", value) and name != "xmlns":
                self.found.append(f"{name}={value}")


def inline_parts(markup: str) -> list[str]:
    parser = Inline()
    parser.feed(re.sub(r"{%.*?%}", "", markup, flags=re.DOTALL))
    return parser.found
