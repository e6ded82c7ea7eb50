"""Every setting of the product. Installations differ only by environment variables (README.md)."""

import contextlib
import os
import tomllib
from email.utils import parseaddr
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from cec import environment as env
from cec import services

# Workbooks of strangers are read by the parser that defusedxml guards, also where lxml is installed
# for something else. openpyxl asks once, when it is first imported.
os.environ["OPENPYXL_LXML"] = "False"

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
VAR = Path(env.text("CEC_VAR") or BASE_DIR / "var").resolve()

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY") or ("for-development-only-" + "0" * 40 if DEBUG else "")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000" if DEBUG else "").rstrip("/")
if not DEBUG:
    env.require_safe_production(
        secret_key=SECRET_KEY,
        allowed_hosts=ALLOWED_HOSTS,
        site_url=SITE_URL,
        missing=[
            name
            for name in (
                *("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "SITE_URL"),
                "SIGNING_KEY_FILE",
                *(["MAIL_FROM"] if env.text("SMTP_URL") or env.text("MAIL_PROVIDER") else []),
            )
            if not env.text(name)
        ],
    )

METRICS_TOKEN = env.secret("METRICS_TOKEN")
SENTRY_DSN = env.text("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", "production")

INSTALLED_APPS = [
    "cec",
    "registrations",
    "activities",
    "certificates",
    "django.contrib.admin.apps.SimpleAdminConfig",  # see ADMIN_PATH
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    *(["anymail"] if env.text("MAIL_PROVIDER") else []),
    "csp",
    "django_htmx",
    *(["django_prometheus"] if METRICS_TOKEN else []),
]

MIDDLEWARE = [
    "cec.middleware.Traced",
    "cec.security_log.Noted",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cec.middleware.PrivatePages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "registrations.session_limits.SignedInPerson",
    "cec.middleware.StrangersSendLittle",
    "cec.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "registrations.second_factor.LeadToSecondStep",
    "registrations.viewing.Noted",
]
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "django_prometheus.middleware.PrometheusBeforeMiddleware")
    MIDDLEWARE.append("django_prometheus.middleware.PrometheusAfterMiddleware")

ROOT_URLCONF = "cec.urls"
WSGI_APPLICATION = "cec.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cec.navigation.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database: PostgreSQL everywhere; without DATABASE_URL a private one under CEC_VAR. What migrates
# has the owner's address too, and gives the role of DATABASE_URL its rights (cec/rights.py).
DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_OWNER_URL")
        or env.text("DATABASE_URL")
        or services.postgres(VAR / "postgres"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5,
    # What migrates may take its time, though never in front of others (docs/operations.md).
    options=f"-c statement_timeout={0 if env.text('DATABASE_OWNER_URL') else 30000} "
    "-c lock_timeout=5000 "
    "-c idle_in_transaction_session_timeout=60000",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits live in the cache; in the database they hold over processes and without Valkey.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cec_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "cec.sessions"
# Sessions, in seconds (C1): without a click, and at all. They are shorter for whoever has a role.
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_AT_MOST = 30 * 24 * 3600
STAFF_SESSION_IDLE = env.number("STAFF_SESSION_IDLE_MINUTES", 120, least=1) * 60
STAFF_SESSION_AT_MOST = env.number("STAFF_SESSION_HOURS", 12, least=1) * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # the token is in each form
CSRF_FAILURE_VIEW = "cec.views.form_token_missing"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Language and time.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cec.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "America/Toronto")
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# Static files.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Collected by whoever builds the image, read by the account that the site runs as; without
        # this they are as closed as what people upload.
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}
MEDIA_ROOT = VAR / "media"
with contextlib.suppress(OSError):  # /readyz says when it isn't there or can't be written
    MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "cec.uploads.FirstBytes",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_FIELDS_WITH_MORE = {"roster": 21 * 1024 * 1024}  # a list of 50,000 members
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 100

# Files are looked through for viruses by this clamd, if there is one (D8).
CLAMD = env.scanner("CLAMD_URL")

# Retention: how long a list of members that went out of use can be put back (E7).
ROSTER_KEPT_DAYS = 30

# Where backups are made; /readyz and the desk say when the last one is too long ago.
BACKUP_FOLDER = env.text("BACKUP_FOLDER")

# How long what is kept, and the least that each may be (K3, docs/privacy.md).
KEPT_UNFINISHED_MONTHS = env.number("KEPT_UNFINISHED_MONTHS", 12, least=3)
KEPT_ROSTER_MONTHS = env.number("KEPT_ROSTER_MONTHS", 12, least=1)
KEPT_MAIL_DAYS = env.number("KEPT_MAIL_DAYS", 90, least=30)
KEPT_EVIDENCE_MONTHS = env.number("KEPT_EVIDENCE_MONTHS", 24, least=12)
KEPT_ACCOUNT_MONTHS = env.number("KEPT_ACCOUNT_MONTHS", 36, least=24)
KEPT_HISTORY_MONTHS = env.number("KEPT_HISTORY_MONTHS", 84, least=84)  # as the trigger has it
KEPT_VIEWS_MONTHS = env.number("KEPT_VIEWS_MONTHS", 24, least=6)  # as the trigger has it
KEPT_INCIDENT_MONTHS = env.number("KEPT_INCIDENT_MONTHS", 60, least=60)  # as the trigger has it
KEPT_REHEARSAL_MONTHS = env.number("KEPT_REHEARSAL_MONTHS", 12, least=1)
KEPT_FAILURE_DAYS = env.number("KEPT_FAILURE_DAYS", 90, least=7)

# Who answers for personal data; the law wants title and contact published (Law 25, section 3.1).
ORGANISATION_NAME = env.text("ORGANISATION_NAME")
PRIVACY_OFFICER_NAME = env.text("PRIVACY_OFFICER_NAME")
PRIVACY_OFFICER_TITLE = env.text("PRIVACY_OFFICER_TITLE")
PRIVACY_OFFICER_EMAIL = env.text("PRIVACY_OFFICER_EMAIL")
PRIVACY_OFFICER_ADDRESS = env.text("PRIVACY_OFFICER_ADDRESS")
HOSTING_PLACE = env.text("HOSTING_PLACE")

# Accounts.
AUTH_USER_MODEL = "registrations.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the e-mail is unique whatever its case, by a constraint
AUTHENTICATION_BACKENDS = ["registrations.backends.SignedIn"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "registrations.passwords.LongEnough"},
    {"NAME": "registrations.passwords.HardToGuess"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "registrations.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "registrations.forms.accounts.SignupForm",
    "login": "registrations.forms.accounts.LoginForm",
    "request_login_code": "registrations.forms.accounts.RequestCodeForm",
    "confirm_login_code": "registrations.forms.accounts.CodeForm",
    "reset_password": "registrations.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "registrations.forms.accounts.NewPasswordForm",
    "change_password": "registrations.forms.accounts.ChangePasswordForm",
    "set_password": "registrations.forms.accounts.SetPasswordForm",
    "reauthenticate": "registrations.forms.accounts.ReauthenticateForm",
    "add_email": "registrations.forms.accounts.ChangeEmailForm",
}
# The address is confirmed by a link that asks for a click (B8): it can wait for slow mail and be
# opened on another device. A code would have to be typed where the account was opened, in minutes.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that opened the account, no other
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 180
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end all the same
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {  # reliability B4; the others are allauth's
    "signup": "20/m/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "request_login_code": "20/m/ip,3/m/key",
    "reset_password": "20/m/ip,5/m/key",
    "confirm_email": "1/180s/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

# The second step. "offered" lets roles do without it: for trying the product out, not for a site.
STAFF_SECOND_FACTOR = env.choice("STAFF_SECOND_FACTOR", "required", *(["offered"] if DEBUG else []))
ADMIN_PATH = env.path("ADMIN_PATH")  # the back door, for superusers; without it there is none
MFA_ADAPTER = "registrations.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "registrations.forms.second_step.TakeForm",
    "reauthenticate": "registrations.forms.second_step.AgainForm",
    "activate_totp": "registrations.forms.second_step.SetUpAppForm",
    "authenticate_webauthn": "registrations.forms.second_step.TakePasskeyForm",
    "reauthenticate_webauthn": "registrations.forms.second_step.AgainPasskeyForm",
    "login_webauthn": "registrations.forms.second_step.SignInPasskeyForm",
    "add_webauthn": "registrations.forms.second_step.AddPasskeyForm",
    "edit_webauthn": "registrations.forms.second_step.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # the code before and after, for clocks that are half a minute wrong
# In every way: else a challenge of one that asks for less would do in the one without a password.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost, with a port

# Mail: everything goes into the outbox; only cec.delivery hands it over, by SMTP or to a provider.
EMAIL_BACKEND = "cec.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Continuing Education Certificate <cec@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_SERVER = env.mail_server("SMTP_URL")
MAIL_RETURN_TO = env.text("MAIL_RETURN_TO") or parseaddr(DEFAULT_FROM_EMAIL)[1]
MAIL_PROVIDER = env.text("MAIL_PROVIDER")
ANYMAIL = env.mail_provider(MAIL_PROVIDER)
ERASURE_DAYS = env.number("ERASURE_DAYS", 7, least=1)  # in which it can be taken back
MAIL_PER_MINUTE = env.number("MAIL_PER_MINUTE", 60, least=1)
EMAIL_TIMEOUT = 10  # seconds, for each answer of the server or the provider

# The signature of certificates. Only development does without a key: it makes itself one.
SIGNING_KEY_FILE = env.text("SIGNING_KEY_FILE")
SIGNING_CERTIFICATE_FILE = env.text("SIGNING_CERTIFICATE_FILE")
SIGNING_KEY_PASSPHRASE = env.text("SIGNING_KEY_PASSPHRASE")
TIMESTAMP_URL = env.web_address("TIMESTAMP_URL")

# Background work.
CELERY_BROKER_URL = env.broker("REDIS_URL") or services.valkey(VAR / "valkey")
# Kombu by itself checks no certificate: who stood between would read the password and give us work.
CELERY_BROKER_USE_SSL = env.broker_tls(CELERY_BROKER_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY = False
CELERY_ACCEPT_CONTENT = ["json"]
# Each queue has workers of its own: no sign-in code stands behind a batch of certificates, and no
# certificate behind a slow mail server. Only the worker of certificates has the signing key.
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"certificates": {}, "general": {}, "mail": {}}
CELERY_TASK_DEFAULT_QUEUE = "general"
CELERY_TASK_ROUTES = {
    "certificates.*": {"queue": "certificates"},
    "cec.deliver_mail": {"queue": "mail"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # after 100 tries, some 50 minutes, it would end (I2)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BEAT_SCHEDULER = "cec.beat:Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    f"sweep {queue}": {
        "task": "cec.sweep",
        "args": [queue],
        "schedule": 60.0,
        "options": {"queue": queue, "expires": 55},
    }
    for queue in CELERY_TASK_QUEUES
}

# The browser is told to trust nothing but our own files.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_SECURE = True
    LANGUAGE_COOKIE_NAME = "__Host-language"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "cec.logs.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line" if DEBUG else "json"}
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["console"], "propagate": False},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
