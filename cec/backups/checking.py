"""Whether a backup is whole and as it was made: each file's SHA-256 (reliability L2)."""

from dataclasses import dataclass
from pathlib import Path

from cec.backups import manifest as manifests
from cec.backups.manifest import DUMP, MANIFEST, MEDIA, Manifest
from cec.backups.trouble import Trouble

SHOWN = 5  # files that a sentence names


@dataclass(frozen=True)
class Whole:
    """A backup whose every byte was compared; `sums` are of its files, by path."""

    folder: Path
    manifest: Manifest
    sums: dict[str, str]

    @property
    def files(self) -> dict[str, str]:
        """The media alone, by the path below the folder of media."""
        start = f"{MEDIA}/"
        return {p.removeprefix(start): s for p, s in self.sums.items() if p.startswith(start)}


def check(folder: Path) -> Whole:
    """Read the whole backup and compare it with its sums. Raises Trouble; changes nothing."""
    manifest = manifests.read(folder)
    sums = manifests.read_sums(folder)
    whole = Whole(folder, manifest, sums)
    if not {MANIFEST, DUMP} <= set(sums) or len(whole.files) != manifest.files:
        raise Trouble(f"The backup {folder.name} is cut: its list of sums isn’t whole.")
    wrong = [
        f"{path} {fault}"
        for path, digest in sums.items()
        if (fault := _fault(folder / path, digest))
    ]
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise Trouble(
            f"The backup {folder.name} is not as it was made: {', '.join(wrong[:SHOWN])}{more}."
        )
    return whole


def _fault(path: Path, digest: str) -> str:
    try:
        return "" if manifests.digest_of(path) == digest else "was changed or cut"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"can’t be read ({error.strerror})"
