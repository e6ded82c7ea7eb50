"""What every page shows around its content. Each app adds its own items in `navigation.py`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any

from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language

from cec.bilingual import OWN_NAMES
from cec.privacy_officer import officer


@dataclass(frozen=True)
class Item:
    """A link. `names` are the URL names of the pages that belong to it, `within` the beginning of
    their addresses; `count` is what waits.
    """

    label: str
    url: str
    names: frozenset[str] = frozenset()
    within: str = ""
    count: int | None = None
    position: int = 50
    current: bool = False

    def on(self, request: HttpRequest) -> "Item":
        """Return the item, marked when the request's page belongs to it."""
        match = request.resolver_match
        named = bool(match and match.url_name in self.names)
        current = named or bool(self.within and request.path.startswith(self.within))
        return replace(self, current=current)


@dataclass(frozen=True)
class Tab:
    """A view of a list: how many it holds, if that is counted, and whether it is the page's."""

    key: str
    label: object
    count: int | None
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    """A heading in the staff's side navigation, with its items."""

    title: str
    items: list[Item] = field(default_factory=list)


MainProvider = Callable[[HttpRequest], Iterable[Item]]
DeskProvider = Callable[[HttpRequest], Iterable[tuple[str, Item]]]

_main: list[MainProvider] = []
_desk: list[DeskProvider] = []
RemarkProvider = Callable[[HttpRequest], str]

_remarks: list[RemarkProvider] = []
_titles: list[Callable[[HttpRequest], tuple[str, str]]] = []


def main(provider: MainProvider) -> MainProvider:
    """Register what adds to the main navigation; it decides itself for whom."""
    _main.append(provider)
    return provider


def desk(provider: DeskProvider) -> DeskProvider:
    """Register what adds to the staff's side navigation: pairs of group title and item."""
    _desk.append(provider)
    return provider


def desk_title(
    provider: Callable[[HttpRequest], tuple[str, str]],
) -> Callable[[HttpRequest], tuple[str, str]]:
    """Register who names the workspace: its title and a hint, for the box above the groups."""
    _titles.append(provider)
    return provider


def remark(provider: RemarkProvider) -> RemarkProvider:
    """Register who has to say something on every page: the template that does, or nothing."""
    _remarks.append(provider)
    return provider


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: navigation, the other language and the colours of every page."""
    if not hasattr(request, "user"):
        return {}  # refused before it was known who asks, as with a wrong Host
    items = [item.on(request) for provider in _main for item in provider(request)]
    groups = cache(lambda: desk_groups(request))
    title = cache(lambda: next((provider(request) for provider in _titles), ("", "")))
    return {
        "workspace_nav": groups,
        "workspace_title": lambda: title()[0],
        "workspace_hint": lambda: title()[1],
        "remarks": lambda: [name for provider in _remarks if (name := provider(request))],
        "navigation": sorted(items, key=lambda item: item.position),
        "privacy_officer": officer(),
        "other_language": other_language(partial(translate_url, request.get_full_path())),
        "theme": getattr(request.user, "theme", "auto"),
    }


def desk_groups(request: HttpRequest) -> list[Group]:
    """Return the side navigation of the staff pages; it counts, so only they ask for it."""
    groups: dict[str, Group] = {}
    for provider in _desk:
        for title, item in provider(request):
            groups.setdefault(title, Group(title)).items.append(item.on(request))
    for group in groups.values():
        group.items.sort(key=lambda item: item.position)
    return list(groups.values())


def other_language(address: Callable[[str], str]) -> dict[str, str]:
    """Return code, own name and address of a page in the other official language."""
    code = "fr" if (get_language() or "en").startswith("en") else "en"
    return {"code": code, "label": OWN_NAMES[code], "url": address(code)}
