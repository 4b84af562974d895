"""Django's settings. All that a place may change comes from the environment, through `config.env`."""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from config import embedded, env, logs
from config.places import PROJECT, kept_secret
from vetting.kernel.languages import LANGUAGES as SPOKEN

PRODUCTION = env.production()
DEBUG = env.flag("DEBUG")
SITE_URL = env.text("SITE_URL").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
SECRET_KEY = env.given("SECRET_KEY") or (
    env.text("SECRET_KEY") if PRODUCTION else kept_secret(PROJECT / "var" / "secret_key", 64)
)
if PRODUCTION:
    env.refuse_unsafe(debug=DEBUG, secret_key=SECRET_KEY, hosts=ALLOWED_HOSTS, site_url=SITE_URL)

# Where the local letter box keeps what was sent. None means letters really go out, and nobody reads them here.
LETTER_BOX = None if PRODUCTION else PROJECT / "var" / "letters"
OFFICE_HOURS = True  # letters to referees keep to theirs; in the running demo nobody sleeps (config.house)
DEMO_FILE = PROJECT / "var" / "demo.json"
# Where the worker writes the search's rank lists; a web process that does not find them asks PostgreSQL.
SEGMENTS = Path(env.given("SEGMENTS") or PROJECT / "var" / "segments")

INSTALLED_APPS = [
    "vetting.apps.VettingConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_linear_migrations",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES = {"knox": None}  # our keys have a table of their own; knox's would stand there empty

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            # They live with the pages that use them, not with the tables, where Django would look by itself.
            "libraries": {
                "evidence": "vetting.web.templatetags.evidence",
                "wording": "vetting.web.templatetags.wording",
            },
        },
    },
]

LANGUAGE_CODE = "en"  # of all pages and letters but those of a referee: docs/decisions/0017
LANGUAGES = list(SPOKEN.items())
LOCALE_PATHS = [PROJECT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- Data -----------------------------------------------------------------------------------------------

_database_url = env.given("DATABASE_URL") or (env.text("DATABASE_URL") if PRODUCTION else None)
DATABASES = {"default": environ.Env.db_url_config(_database_url) if _database_url else embedded.database()}
# No connection outlives its request: the web process borrows from a pool (config/gunicorn.py), workers close.
DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}

# What has to hold over all processes and outlive Redis stands in PostgreSQL, limits of sign-in too.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "vetting_cache",
        "KEY_FUNCTION": "vetting.kernel.keys.cache_key",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},  # each process for itself
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Static files ---------------------------------------------------------------------------------------

STATIC_URL = "static/"
# The demo serves straight from the source; only production has a collecting step, and a folder for it.
STATIC_ROOT = PROJECT / "var" / "static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STATICFILES_DIRS = [PROJECT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}

# --- Who is at the door ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "vetting.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:desk"  # leads a newcomer on
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "vetting.web.entrance.Entrance"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]  # no password is asked; one may be set afterwards
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0
HEADLESS_CLIENTS = ("app",)

KNOX_TOKEN_MODEL = "vetting.ApiKey"  # noqa: S105 - the name of a table
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=365),
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_PREFIX": "touch_",
}

# --- Machines -------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "vetting.api.authentication.ApiKeyAuthentication",
        "allauth.headless.contrib.rest_framework.authentication.XSessionTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "URL_FORMAT_OVERRIDE": None,  # the answer is JSON; a name we do not know after the ? is refused
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "vetting.api.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "vetting.api.problems.ProblemFormatter",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Touchstone",
    "DESCRIPTION": "Find advisers by what their clients confirm they achieved.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],  # words that may be said stand at their field
}

# --- The bell -------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.broker_url(
    env.given("REDIS_URL") or (env.text("REDIS_URL") if PRODUCTION else embedded.redis_url())
)
# A Redis that is half gone must never hold a worker or a bell: every wait has an end.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
    "socket_keepalive": True,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker without Redis works on, and never gives it up
CELERY_TASK_PUBLISH_RETRY = False  # a bell that cannot ring now is not missed: the sweep comes within seconds
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "UTC"

# --- Letters --------------------------------------------------------------------------------------------

_mail = environ.Env.email_url_config(env.text("EMAIL_URL"))
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM")
MAIL_WARM_UP = env.number("MAIL_WARM_UP")

# Replies: without an address letters name none; without a key the door does not exist.
REPLY_ADDRESS = env.reply_address()
REPLY_KEY = env.reply_key()
REPLY_IMAP_URL = env.given("REPLY_IMAP_URL") or ""

# Those who stopped are remembered by this; a rotated SECRET_KEY must not make us write to them again.
ADDRESS_HASH_KEY = env.given("ADDRESS_HASH_KEY") or (
    env.text("ADDRESS_HASH_KEY") if PRODUCTION else SECRET_KEY
)

# --- Safety ---------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    # TLS ends at the proxy in front, which must set this header itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

LOGGING_CONFIG = None
logs.configure(level=env.text("LOG_LEVEL"), as_json=PRODUCTION)
