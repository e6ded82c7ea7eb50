"""The history is what was sealed (reliability J1)."""

from collections.abc import Iterator

from cec import soundness
from registrations import seals


@soundness.check("The history is as it was sealed")
def history() -> Iterator[str]:
    for part in seals.verify():
        yield f"The part of the history that ends with event {part.last} was changed."
