"""Addresses of signing in, of one's own account and of the desk's home."""

from django.urls import path

from accounts.views import account, home, signin

resident = [
    path("login/", signin.login, name="login"),
    path("login/factor/", signin.factor, name="factor"),
    path("login/password/", signin.password, name="password"),
    path("logout/", signin.logout, name="logout"),
    path("account/", account.account, name="account"),
    path("account/codes/", account.codes, name="codes"),
    path("account/phone/", account.change_phone, name="phone"),
]
# before Django's own: one way to change a password, one way out
admin = [
    path("password_change/", signin.admin_password, name="password"),
    path("logout/", signin.logout, name="logout"),
]
desk = [path("", home.home, name="home")]
