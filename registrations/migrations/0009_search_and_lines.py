"""Searching and sorting by folded words, and the order in which people wait: by indexes alone.

The functions are bound when they are made (`RETURN`), so that a restored dump finds them too.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.db import migrations, models

import cec.words

# Lower case without accents, words apart by one blank; apostrophes join, as in likeness.name_key.
FOLD = r"""
    CREATE FUNCTION cec_fold(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN trim(regexp_replace(regexp_replace(normalize(
        replace(replace(replace(replace(
            translate(lower($1 COLLATE pg_c_utf8), 'łøđðı''’ʼ`´', 'loddi'),
            'œ', 'oe'), 'æ', 'ae'), 'þ', 'th'), 'ß', 'ss'), NFKD),
        '[\u0300-\u036f]+', '', 'g') COLLATE pg_c_utf8, '[^[:alnum:]]+', ' ', 'g'))
"""
# The words of a text, with apostrophes as letters that join and as blanks, and all in one.
WORDS = r"""
    CREATE FUNCTION cec_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN array_to_tsvector(array_remove(
        string_to_array(cec_fold($1), ' ')
        || string_to_array(cec_fold(translate($1, '''’ʼ`´', '     ')), ' ')
        || replace(cec_fold($1), ' ', ''), ''))
"""
WORDS_OF_TWO = r"""
    CREATE FUNCTION cec_words(text, text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT
    PARALLEL SAFE
    RETURN cec_words($1) || cec_words($2)
"""
# What finds the rows that have, for each word of the text, a word that begins with it.
ASKED = r"""
    CREATE FUNCTION cec_asked(text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN cec_fold($1) = '' THEN NULL
        ELSE ('''' || replace(cec_fold($1), ' ', ''':* & ''') || ''':*')::tsquery END
"""
SINCE = django.db.models.functions.comparison.Coalesce("submitted_at", "created_at")


class Migration(migrations.Migration):
    dependencies = [("registrations", "0008_fees_from_the_bank")]

    operations = [
        migrations.RunSQL(FOLD, "DROP FUNCTION cec_fold(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION cec_words(text)"),
        migrations.RunSQL(WORDS_OF_TWO, "DROP FUNCTION cec_words(text, text)"),
        migrations.RunSQL(ASKED, "DROP FUNCTION cec_asked(text)"),
        migrations.AddIndex(
            "person",
            django.contrib.postgres.indexes.GinIndex(
                cec.words.Words("name", "email"), name="person_by_words"
            ),
        ),
        migrations.AddIndex(
            "person", models.Index(cec.words.Folded("name"), models.F("id"), name="person_by_name")
        ),
        migrations.RemoveIndex("registration", "registration_by_wait"),
        migrations.RemoveIndex("registration", "registration_by_association"),
        migrations.AddIndex(
            "registration",
            models.Index(models.F("status"), SINCE, models.F("id"), name="registration_by_wait"),
        ),
        migrations.AddIndex(
            "registration",
            models.Index(
                models.F("association"),
                models.F("status"),
                SINCE,
                models.F("id"),
                name="registration_by_association",
            ),
        ),
        migrations.AddIndex(
            "registration",
            django.contrib.postgres.indexes.GinIndex(
                cec.words.Words("member_number"), name="registration_by_words"
            ),
        ),
    ]
