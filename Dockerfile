# Two stages: what is only needed to build (gettext, pip's leavings) stays out of the image.
FROM python:3.11-slim-bookworm AS build

ENV PYTHONDONTWRITEBYTECODE=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /srv/venv
ENV PATH=/srv/venv/bin:$PATH
WORKDIR /srv/cec
COPY requirements.txt .
# The private servers stay: backups are made with their pg_dump, and the drill restores into them.
RUN pip install --no-cache-dir --require-hashes -r requirements.txt && pip uninstall --yes pip
COPY . .
# The settings want to know everything before they let anything start; nothing of this is kept.
RUN export SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        ALLOWED_HOSTS=localhost SITE_URL=https://localhost \
        DATABASE_URL=postgresql://localhost/cec REDIS_URL=redis://localhost/0 SIGNING_KEY_FILE=key.pem \
    && python manage.py compilemessages \
    && python manage.py collectstatic --noinput \
    && rm -rf var \
    && chmod -R a+rX /srv/cec  # whatever the umask was under which the sources were fetched

FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cec
COPY --from=build /srv /srv
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
WORKDIR /srv/cec
RUN install -d -o cec -g cec -m 750 var && install -d -o cec -g cec -m 700 /srv/backups /srv/scratch
USER cec
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import os, urllib.request as web; \
host = os.environ['ALLOWED_HOSTS'].split(',')[0]; \
web.urlopen(web.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
CMD ["gunicorn"]
