"""Settings. One module for every environment; everything that differs comes from the environment.

Every variable read here stands in ``.env.example`` (a test compares).
"""

import os
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from liaison.environment import load_files, production_problems
from liaison.logs import logging_config

# pypinyin is asked for single characters only: its dictionary of phrases is 43 MB in every process
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
django_stubs_ext.monkeypatch()  # lets Django's generic classes be subscripted at run time
BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
load_files(BASE_DIR, env)

# --- who we are -------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
EMBEDDED = env.bool("EMBEDDED", False)  # `make run` on one machine; set by the runner
TESTING = False
SITE_NAME = env("SITE_NAME", default="码上联")
SITE_OWNER = env("SITE_OWNER", default="")
SITE_PHONE = env("SITE_PHONE", default="")
ICP_FILING = env("ICP_FILING", default="")  # empty hides it in the footer
POLICE_FILING = env("POLICE_FILING", default="")
BASE_URL = env("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = BASE_URL.startswith("https://")

# --- secrets and hosts ------------------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEYS = env.list("FIELD_KEYS", default=[])  # "id:base64 of 32 bytes", the first one encrypts
FIELD_CIPHER = env("FIELD_CIPHER", default="aes-256-gcm")  # or sm4-gcm
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])  # addresses or networks
if DEBUG:
    SECRET_KEY = SECRET_KEY or "debug-only-placeholder-debug-only-placeholder"
    FIELD_KEYS = FIELD_KEYS or ["debug:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
elif not EMBEDDED and (
    problems := production_problems(
        secret_key=SECRET_KEY, field_keys=FIELD_KEYS, allowed_hosts=ALLOWED_HOSTS
    )
):
    raise ImproperlyConfigured("拒绝启动：" + "；".join(problems) + "。见 docs/operations.md")

# --- database, cache, queue -------------------------------------------------------------------
DATABASES = {
    "default": env.db("DATABASE_URL", default="postgres://postgres@127.0.0.1:5432/liaison")
}
DATABASES["default"] |= {
    "ENGINE": "core.postgres",
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,  # services open their own transactions
}
_OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
_OPTIONS.setdefault("connect_timeout", 5)
# libpq's own form for a socket, `postgres://user@/name?host=/folder`; Django wants it as HOST
DATABASES["default"]["HOST"] = _OPTIONS.pop("host", DATABASES["default"]["HOST"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="")
CACHES: dict[str, dict[str, object]] = {
    "default": (
        {"BACKEND": "liaison.caching.ForgivingRedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "liaison"}
    )
}
# The database is the queue; Celery only makes it fast. A lost broker loses nothing.
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False  # a nudge that cannot be sent is dropped, the row stays due
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- the house --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "liaison.urls"
WSGI_APPLICATION = "liaison.wsgi.application"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True  # Django's own Chinese; there is no LocaleMiddleware, nobody's browser decides
USE_TZ = True

INSTALLED_APPS = [
    "core.adminconfig.LiaisonAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "simple_history",
    "axes",
    "django_otp",
    "csp",
    "rules.apps.AutodiscoverRulesConfig",
    "core",
    "audit",
    "jobs",
    "workflows",
    "congress",
    "accounts",
    "notifications",
    "codes",
    "deputies",
    "grids",
    "stations",
    "handling",
    "voices",
    "topics",
    "proposals",
    "stats",
    "liaison",
]
# Order matters: refuse early and cheaply, then who it is, then what may go wrong in the view.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "liaison.requestlog.RequestLogMiddleware",
    "core.middleware.SecurityHeadersMiddleware",
    "core.middleware.BodyLimitMiddleware",
    "core.middleware.CleanInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "liaison.middleware.IdleTimeoutMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.SignInStepsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    # exceptions travel upwards from the view: these two see them first
    "core.middleware.DatabaseAwayMiddleware",
    "core.middleware.DomainErrorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        # template_partials wraps the cached loader around these (and drops APP_DIRS).
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
                "accounts.desk.shell",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- sign-in (等保 level 3) -------------------------------------------------------------------
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "accounts_desk:home"
LOGOUT_REDIRECT_URL = "/login/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.RoleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": _VALIDATION + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": _VALIDATION + "MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": _VALIDATION + "CommonPasswordValidator"},
    {"NAME": "accounts.rules.ThreeClassesValidator"},
    {"NAME": "accounts.rules.NotTheNameValidator"},
]
PASSWORD_MAX_AGE_DAYS = 90
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_AGE = SESSION_IDLE_SECONDS
SESSION_ABSOLUTE_SECONDS = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "core.handlers.csrf_failure"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# One person at one address: neither a stranger elsewhere nor a colleague behind the same
# office address is shut out. Guessing from many addresses is limited in accounts.services.signin.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else a stranger locks a person out for ever
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # signing in is an audit entry of ours
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "accounts.backends.lockout_page"
AXES_CLIENT_IP_CALLABLE = "core.http.client_ip"
OTP_TOTP_ISSUER = SITE_NAME
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", True)

# --- headers ----------------------------------------------------------------------------------
MAP_TILE_URL = env("MAP_TILE_URL", default="")  # empty: no map tiles, addresses and schematic
MAP_TILE_KEY = env("MAP_TILE_KEY", default="")
MAP_APPROVAL_NUMBER = env("MAP_APPROVAL_NUMBER", default="")  # 审图号
_TILE_HOSTS = [MAP_TILE_URL.split("{")[0].rstrip("/")] if MAP_TILE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # data: only for the small icons inside the vendored style sheets
        "img-src": [SELF, "data:", "blob:", *_TILE_HOSTS],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
MEDIA_URL = "/media/"
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "liaison.assets.AssetStorage"
    },
}
WHITENOISE_MAX_AGE = 3600
WHITENOISE_USE_FINDERS = DEBUG or not (STATIC_ROOT / "staticfiles.json").exists()
FILE_UPLOAD_HANDLERS = [
    "core.uploads.PlainFormHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "core.api_parsers.CleanJSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "EXCEPTION_HANDLER": "core.api.exception_handler",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": "联系人民群众平台的开放接口",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    # fields of one name with different choices; unnamed ones would be called Kind914Enum
    "ENUM_NAME_OVERRIDES": {
        "RegionLevelEnum": "congress.states.RegionLevel",
        "CongressLevelEnum": "congress.states.CongressLevel",
        "RegionKindEnum": "congress.states.RegionKind",
        "UnitKindEnum": "congress.states.UnitKind",
        "GridKindEnum": "grids.models.GridKind",
        "StationKindEnum": "stations.models.STATION_KINDS",
        "MessageKindEnum": "voices.states.KINDS",
        "MessageOutcomeEnum": "voices.states.OUTCOMES",
        "ReplyOutcomeEnum": "handling.states.OUTCOMES",
        "PromiseOutcomeEnum": "handling.states.PROMISE_OUTCOMES",
        "PromiseStateEnum": "handling.models.Promise.STATES",
        "SatisfactionEnum": "proposals.states.SCORES",
    },
}

# --- residents --------------------------------------------------------------------------------
RESIDENT_PHONE_REQUIRED = env.bool("RESIDENT_PHONE_REQUIRED", False)
RESIDENT_PHONE_VERIFIED = env.bool("RESIDENT_PHONE_VERIFIED", False)
MESSAGES_PER_ADDRESS = env.int("MESSAGES_PER_ADDRESS", 600)  # in ten minutes; a village shares one
OPINIONS_PER_ADDRESS = env.int("OPINIONS_PER_ADDRESS", 3_000)  # the same, to topics
CONTACT_RETENTION_DAYS = env.int("CONTACT_RETENTION_DAYS", 730)  # after the matter ended
RESIDENT_IP_HOURS = 24  # full addresses of residents are forgotten after this

# --- deliveries -------------------------------------------------------------------------------
NOTIFY_SINK_DIR = env("NOTIFY_SINK_DIR", default="")
NOTIFY_STAFF_URLS = env.list("NOTIFY_STAFF_URLS", default=[])  # apprise addresses
NOTIFY_WEBHOOK_HOSTS = env.list("NOTIFY_WEBHOOK_HOSTS", default=[])  # of staff's own webhooks
SMS_BACKEND = env("SMS_BACKEND", default="")  # empty: written to the inbox, and says so
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="liaison@localhost")

# --- runtime ----------------------------------------------------------------------------------
WEB_WORKERS = env.int("WEB_WORKERS", 2)
WEB_THREADS = env.int("WEB_THREADS", 4)
METRICS_ALLOW = env.list("METRICS_ALLOW", default=["127.0.0.1", "::1"])
READY_DUE_AGE_SECONDS = env.int("READY_DUE_AGE_SECONDS", 900)
PAGE_CACHE_SECONDS = env.int("PAGE_CACHE_SECONDS", 10)  # 0 switches the page cache off
PAGE_CACHE_BYTES = env.int("PAGE_CACHE_BYTES", 32 * 1024 * 1024)
PAGE_CACHE_PREFIXES = [
    "/q/", "/deputies/", "/stations/", "/topics/", "/results/", "/proposals/", "/statistics/",
    "/screen/",
]  # fmt: skip
PAGE_CACHE_EXACT = ["/"]
LOG_DIR = env("LOG_DIR", default="")
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "liaison.logs.configure"
LOGGING = logging_config(level=LOG_LEVEL, log_dir=LOG_DIR, pretty=DEBUG)
SENTRY_DSN = env("SENTRY_DSN", default="")
# Five failures lock the account wherever they come from (等保); addresses are limited separately.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
