"""Which of the program's types a person meant by what they wrote in the type column.

All words come from the program's choices. Only what leaves no doubt is taken: a code, a name, a
name with its initials ("PD informal"), a name with something in brackets. Anything else becomes a
question with the likely choices.
"""

import difflib
import re
from collections.abc import Iterable, Sequence

from activities.workbook.sheet import Choice, type_labels
from cec.spreadsheet.doubt import Doubt
from cec.spreadsheet.wording import clean_line, fold

_SMALL = "a an and d de des du en et for in l la le les of on par pour s the"
_SMALL_WORDS = frozenset(_SMALL.split())
_SEGMENTS = re.compile(r"\s[-–—]\s|[/(),:;&–—]")
_SHORTEST_ABBREVIATION = 3
_CLOSE = 0.84
# No type's name is longer, and no honest record has more texts to guess at.
_LONGEST = 200
_LONGEST_OPENING = 12
_GUESSES = 100


class _Words:
    """What a choice can be called, folded."""

    def __init__(self, choice: Choice) -> None:
        self.key = choice.key
        names = _names(choice)
        codes = [choice.code_en, choice.code_fr]
        self.phrases = {fold(text) for text in (*names, *codes)} - {""}
        self.squashed = {phrase.replace(" ", "") for phrase in self.phrases}
        segments = [fold(part) for name in names for part in _SEGMENTS.split(name)]
        self.segments = set(segments) - {""}
        self.tokens = {token for phrase in self.phrases for token in phrase.split()}
        self.tokens |= {_initials(segment) for segment in segments} - {""}
        self.tokens -= _SMALL_WORDS

    def explain(self, token: str) -> bool:
        """Whether a word is one of this choice's, its plural or its abbreviation."""
        if token in self.tokens or token.removesuffix("s") in self.tokens:
            return True
        return len(token) >= _SHORTEST_ABBREVIATION and any(
            word.startswith(token) for word in self.tokens
        )

    def open_with(self, tokens: list[str], everyones: set[str]) -> bool:
        """Whether a code or name of several words opens the text: "PD-I (webinar)".

        What follows may be anything but a word of another choice.
        """
        for end in range(2, min(len(tokens), _LONGEST_OPENING)):
            if " ".join(tokens[:end]) in self.phrases:
                return not any(token in everyones - self.tokens for token in tokens[end:])
        return False


def _names(choice: Choice) -> list[str]:
    """Names, aliases, and each with its rate: "Leadership – organization" and "… – committee"."""
    rates = [rate for rate in (choice.rate_en, choice.rate_fr) if rate]
    names = [choice.name_en, choice.name_fr, *choice.aliases]
    codes = [choice.code_en, choice.code_fr]
    return [*names, *rates, *(f"{name} – {rate}" for name in (*names, *codes) for rate in rates)]


def _initials(segment: str) -> str:
    words = [word for word in segment.split() if word not in _SMALL_WORDS]
    return "".join(word[0] for word in words) if len(words) > 1 else ""


class Matcher:
    """Finds the choice that a text names. Remembers what it has seen, for sheets repeat."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.by_key = {choice.key: choice for choice in choices}
        self._exported = {
            clean_line(label): self.by_key[key]
            for language in ("fr", "en")
            for key, label in type_labels(choices, language).items()
        }
        self._words = [_Words(choice) for choice in choices]
        self._tokens = {token for words in self._words for token in words.tokens}
        self._guesses = 0
        self._seen: dict[str, tuple[Choice | None, Doubt | None]] = {}

    def match(self, text: str) -> tuple[Choice | None, Doubt | None]:
        """The choice meant, or a doubt with the keys of those that it could be."""
        if text not in self._seen:
            self._seen[text] = self._match(text)
        return self._seen[text]

    def _match(self, text: str) -> tuple[Choice | None, Doubt | None]:
        if text in self._exported:
            return self._exported[text], None
        folded = fold(text[:_LONGEST])
        squashed = folded.replace(" ", "")
        tokens = [token for token in folded.split() if token not in _SMALL_WORDS]
        if not tokens or len(text) > _LONGEST:
            return None, Doubt("choice_unknown")
        named = self._keys(words for words in self._words if squashed in words.squashed)
        if not named:
            named = self._keys(words for words in self._words if self._opens(words, folded))
        if named:
            return self._settled(named)
        explained = [words for words in self._words if all(map(words.explain, tokens))]
        plain = len(tokens) > 1 or any(folded in words.segments for words in explained)
        if len(explained) > 1 or (explained and plain):
            return self._settled(self._keys(explained))
        if explained:
            return None, Doubt("choice_likely", self._keys(explained))
        return None, Doubt("choice_unknown", self._keys(self._close(tokens)))

    def _opens(self, words: _Words, folded: str) -> bool:
        return words.open_with(folded.split(), self._tokens)

    def _settled(self, keys: tuple[str, ...]) -> tuple[Choice | None, Doubt | None]:
        if len(keys) == 1:
            return self.by_key[keys[0]], None
        return None, Doubt("choice_ambiguous", keys)

    def _close(self, tokens: list[str]) -> list[_Words]:
        """The choices that share most words with the text, slips of the pen allowed."""
        self._guesses += 1
        if self._guesses > _GUESSES:
            return []
        scores = [sum(_resemblance(token, words) for token in tokens) for words in self._words]
        best = max(scores, default=0)
        return [
            words for words, score in zip(self._words, scores, strict=True) if score == best > 0
        ]

    @staticmethod
    def _keys(words: Iterable[_Words]) -> tuple[str, ...]:
        return tuple(each.key for each in words)


def _resemblance(token: str, words: _Words) -> int:
    if words.explain(token):
        return 2
    return len(difflib.get_close_matches(token, words.tokens, n=1, cutoff=_CLOSE))
