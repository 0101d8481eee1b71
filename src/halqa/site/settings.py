"""Django's settings, from the environment (`environment.py`) and from what the data folder keeps (`keepsakes.py`)."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import django.conf.locale
from csp.constants import NONE, SELF

from halqa import __version__

from .environment import read_environment
from .keepsakes import kept, make_secret, make_teacher_key

HERE = Path(__file__).parent
ENVIRONMENT = read_environment()

# -- what this house keeps ----------------------------------------------------------------------------------------

HALQA_VERSION = __version__
HALQA_DATA = ENVIRONMENT.data
HALQA_TIMELINES = HALQA_DATA / "timelines"
HALQA_URL = ENVIRONMENT.url
HALQA_SECRET = bytes.fromhex(kept(HALQA_DATA / "secret", make_secret))
"""Signs tickets. Django signs with a key of its own, drawn from this one, so that neither can pass for the other."""
HALQA_TEACHER_KEY = kept(HALQA_DATA / "teacher-key", make_teacher_key)
SECRET_KEY = hmac.new(HALQA_SECRET, b"django", hashlib.sha256).hexdigest()

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HALQA_DATA / "halqa.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            # A transaction that will write takes its lock at once: two of them then wait instead of failing.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- rooms --------------------------------------------------------------------------------------------------------

DEBUG = ENVIRONMENT.debug
HALQA_HOSTS = list(ENVIRONMENT.hosts)
HALQA_STUN = ENVIRONMENT.stun
HALQA_TURN = list(ENVIRONMENT.turn)
HALQA_TURN_SECRET = ENVIRONMENT.turn_secret
ALLOWED_HOSTS = ["*"]  # HostsMiddleware decides
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "django_vite",
    "ninja",
    "halqa.site",
    "halqa.people",
    "halqa.schools",
    "halqa.lessons",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "halqa.site.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "halqa.site.hosts.HostsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "halqa.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "halqa.site.context.everywhere",
                "halqa.people.services.teacher_on_pages",
            ],
        },
    }
]
APPEND_SLASH = False

# -- sessions: a signed cookie that says "this is a teacher", nothing about anybody -------------------------------

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.secure
CSRF_TRUSTED_ORIGINS = [HALQA_URL] if HALQA_URL else []
CSRF_FAILURE_VIEW = "halqa.site.errors.csrf_failed"

# -- what browsers are told ---------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.secure else 0
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.secure:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Who stands before this house over https redirects http by itself; certificates of a province's subdomains and the
# browsers' preload list are for its own administrators to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
if not ENVIRONMENT.secure:
    # A school's own network without https: these four only say so again. docs/architecture.md says how to get it.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W011", "security.W012", "security.W016"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# -- static files: what Vite built, and what the apps bring -------------------------------------------------------

STATIC_URL = "/static/"
BUILT = HERE / "built"
STATICFILES_DIRS = [BUILT] if BUILT.is_dir() else []
HALQA_WORDS = [BUILT / "words", HERE.parents[2] / "web" / "words"]
if DEBUG:
    HALQA_WORDS.reverse()
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": BUILT / "manifest.json"}}

# -- languages and time -------------------------------------------------------------------------------------------

# Django does not know Tamazight; every other part of it is told here once.
django.conf.locale.LANG_INFO["zgh"] = {
    "bidi": False,
    "code": "zgh",
    "name": "Standard Moroccan Tamazight",
    "name_local": "ⵜⴰⵎⴰⵣⵉⵖⵜ",
}
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("ar", "العربية"), ("zgh", "ⵜⴰⵎⴰⵣⵉⵖⵜ"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = USE_TZ = True
TIME_ZONE = "Africa/Casablanca"

# -- what is written down: warnings and mistakes, never who asked for what ----------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # One line for every page that does not exist would be an access log.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # Strangers who send nonsense are refused; with a traceback each they could fill the disk.
        "django.security": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
    },
}
