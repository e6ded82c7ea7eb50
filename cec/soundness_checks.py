"""Files: each row has its own, byte for byte (reliability D7)."""

from collections.abc import Iterator

from cec import soundness
from cec.backups.manifest import digest_of
from cec.files import store
from cec.files.rows import StoredFile


@soundness.check("Each file is there and as it was kept")
def files() -> Iterator[str]:
    for row in StoredFile.objects.order_by("pk").iterator():
        try:
            if digest_of(store.path_of(row)) != row.sha256:
                yield f"The file {row.key} (row {row.pk}) is not as it was kept."
        except OSError as error:
            yield f"The file {row.key} (row {row.pk}) can’t be read: {error.strerror}."
