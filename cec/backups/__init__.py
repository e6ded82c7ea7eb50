"""Backup and restore: one folder that an empty installation can be made from (reliability L).

    2026-11-28T080000Z/
        manifest.json    what it is: versions, migrations, rows and sums of each table
        SHA256SUMS       of every other file here, as `sha256sum --check` reads it
        database.dump    of pg_dump -Fc
        media/files/…    the files that the database's rows name

`making` writes it, `checking` tells whether it is whole, `restoring` brings it back, `keeping` says
which are kept how long, `standing` when the last one was made.
"""
