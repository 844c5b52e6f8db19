"""Where the congress app is mounted; see liaison/urls.py."""

from congress.api import routes

api_resources = routes
