"""What is typed to be told elsewhere as well."""

from django import forms
from django.conf import settings

from notifications.models import Channel


class ChannelForm(forms.Form):
    """Kind, address, a name of one's own."""

    kind = forms.ChoiceField(label="渠道", choices=Channel.KINDS)
    address = forms.CharField(
        label="地址或密钥", max_length=200,
        help_text="群机器人填地址里的密钥那一段；邮箱填邮箱地址。只有系统能读到，加密保存。",
    )  # fmt: skip
    label = forms.CharField(label="给它起个名", max_length=40, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not settings.NOTIFY_WEBHOOK_HOSTS:
            kinds = [(kind, words) for kind, words in Channel.KINDS if kind != "webhook"]
            self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
