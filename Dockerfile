FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        gettext libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin cec

WORKDIR /srv/cec
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# The settings want to know everything before they let anything start; nothing of this is kept.
RUN export SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
        ALLOWED_HOSTS=localhost SITE_URL=https://localhost \
        DATABASE_URL=postgresql://localhost/cec REDIS_URL=redis://localhost/0 SIGNING_KEY_FILE=key.pem \
    && python manage.py compilemessages --ignore=.venv \
    && python manage.py collectstatic --noinput \
    && install -d -o cec -g cec -m 750 var \
    && install -d -o cec -g cec -m 700 /srv/backups

USER cec
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import os, urllib.request as web; \
host = os.environ['ALLOWED_HOSTS'].split(',')[0]; \
web.urlopen(web.Request('http://127.0.0.1:8000/healthz', headers={'Host': host}), timeout=4)"]
# The log has paths alone, without the tokens of links in mail: who checks a certificate by hand
# sends a name in the query.
CMD ["gunicorn", "cec.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--worker-tmp-dir=/dev/shm", \
     "--logger-class=cec.access_log.AccessLog", "--access-logfile=-", \
     "--access-logformat=%(h)s %(t)s %(m)s %(U)s %(s)s %(B)s %(L)s"]
