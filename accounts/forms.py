"""What is typed to sign in and to look after one's own account."""

from typing import Any

from django import forms

PASSWORD_HINT = "至少8位，大写字母、小写字母、数字、符号中至少有三类，不含用户名。"  # noqa: S105
_NEEDED = {"required": "请填写这一项。"}


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label="用户名", max_length=60, error_messages={"required": "请填写用户名。"}
    )
    password = forms.CharField(
        label="密码", max_length=200, strip=False, widget=forms.PasswordInput,
        error_messages={"required": "请填写密码。"},
    )  # fmt: skip


class FactorForm(forms.Form):
    """Six digits from the phone, or a recovery code."""

    token = forms.CharField(
        label="验证码", max_length=20, error_messages={"required": "请填写手机上的6位数字。"}
    )


class PasswordForm(forms.Form):
    """The old password once, the new one twice."""

    old = forms.CharField(
        label="现在的密码", max_length=200, strip=False, widget=forms.PasswordInput,
        error_messages=_NEEDED,
    )  # fmt: skip
    new = forms.CharField(
        label="新密码", max_length=200, strip=False, widget=forms.PasswordInput,
        help_text=PASSWORD_HINT, error_messages=_NEEDED,
    )  # fmt: skip
    again = forms.CharField(
        label="再输一次新密码", max_length=200, strip=False, widget=forms.PasswordInput,
        error_messages=_NEEDED,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "again" in found and found.get("new") != found["again"]:
            self.add_error("again", "两次输入的新密码不一样。")
        return found
