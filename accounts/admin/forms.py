"""What the account pages of the admin ask for."""

from typing import Any

from django import forms

from accounts.registry import scope
from accounts.roles import ROLES, role_choices
from core.forms import TextInput

REGION_HELP = "县6位、乡镇街道9位、村社区12位；账号归这里的安全管理员管理"


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label="用户名", max_length=60, help_text="字母、数字和 . _ - @，登录时不分大小写"
    )
    name = TextInput(label="姓名", max_length=40)
    home_region_code = forms.CharField(label="所属区划代码", max_length=15, help_text=REGION_HELP)


class DetailsForm(forms.Form):
    """What may be corrected of an account."""

    name = TextInput(label="姓名", max_length=40)
    home_region_code = forms.CharField(label="所属区划代码", max_length=15, help_text=REGION_HELP)


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page itself is the question."""


class EndForm(forms.Form):
    """The last day of a grant."""

    ends_on = forms.DateField(
        label="最后一天", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="填昨天或更早，就是马上终止",
    )  # fmt: skip


class KeyForm(forms.Form):
    """A machine's key."""

    label = forms.CharField(label="给谁用、做什么", max_length=60)
    expires_on = forms.DateField(
        label="有效期至",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class GrantForm(forms.Form):
    """A role somewhere: choose the role, look the place up by name, pick it from the list.

    Works without a script: 「查找」 posts the form and brings up to twenty places.
    """

    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *role_choices()])
    place = forms.CharField(
        label="在哪里", max_length=60, required=False,
        help_text="写几个字再按「查找」：区划、单位、联络站或代表的名称或编号",
    )  # fmt: skip
    scope_code = forms.ChoiceField(
        label="范围", choices=[], required=False, widget=forms.RadioSelect
    )
    starts_on = forms.DateField(
        label="从哪天起", required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="留空就是今天",
    )  # fmt: skip
    ends_on = forms.DateField(
        label="到哪天止", required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="到期自动失效；留空就是长期",
    )  # fmt: skip
    reason = TextInput(label="授权依据", max_length=100, required=False)

    def __init__(self, *args: Any, prefixes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = self.data if self.is_bound else self.initial
        self.looked = bool(said)
        places = _places(str(said.get("role", "")), str(said.get("place", "")), prefixes)
        self.fields["scope_code"].choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            self.initial.setdefault("scope_code", places[0][0])

    @property
    def found_words(self) -> str:
        """What 「查找」 found."""
        count = len(self.fields["scope_code"].choices)  # type: ignore[attr-defined]
        if count == 1:
            return "找到1个，请核对。"
        return f"找到{count}个，请在下面选一个。" if count else "没有找到，换几个字试试。"

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("scope_code") and "scope_code" not in self.errors:
            self.add_error("place", "请写名称，按「查找」，再从列表里选一个。")
        return found


def _places(role_code: str, text: str, prefixes: list[str]) -> list[tuple[str, str]]:
    role = ROLES.get(role_code)
    known = scope(role.scope_kind) if role else None
    if known is None or not text.strip():
        return []
    found = known.search(text.strip()[:60], prefixes)
    return [(place.code, f"{place.label}（{place.code}）") for place in found]
