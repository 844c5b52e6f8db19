"""Takes the place of `django.contrib.admin` in INSTALLED_APPS, with our own site."""

from django.contrib.admin.apps import AdminConfig


class LiaisonAdminConfig(AdminConfig):
    default_site = "core.admin.LiaisonAdminSite"
