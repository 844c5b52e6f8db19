"""Naming a deputy in a form: by name or code, with suggestions while typing."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy

from deputies.models import Deputy, Group
from deputies.selectors import named, place_words

SUGGESTED = 10
_CODE_BEHIND = re.compile(r"（([^（）]+)）$")
NOBODY = "您管理的范围里没有这位代表，请核对姓名或编号。"


class SuggestInput(forms.TextInput):
    """Offers people while a name is typed; without JavaScript it is a plain text field."""

    class Media:
        js = ("js/suggest.js",)

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "data-suggest": reverse_lazy("admin:deputies_deputy_names"), "autocomplete": "off",
                "class": "vTextField",
            }
        )  # fmt: skip


def deputy_input(**more: Any) -> forms.CharField:
    """A field for a name or a code; `find_deputy` reads it."""
    more.setdefault("help_text", "写姓名或编号，同名的从提示里选")
    return forms.CharField(label="代表", max_length=60, widget=SuggestInput(), **more)


def full_name(deputy: Deputy) -> str:
    return f"{deputy.name}（{deputy.code}）"


def find_deputy(user: Any, typed: str) -> Deputy:
    """The one deputy in the person's scope who is meant. ValidationError for none or several."""
    typed = typed.strip()
    behind = _CODE_BEHIND.search(typed)
    mine = Deputy.objects.visible_to(user)
    by_code = mine.filter(code=behind[1] if behind else typed).first()
    if by_code is not None or behind:
        return by_code or _nobody()
    same = list(mine.filter(name=typed).order_by("-serving", "code")[: SUGGESTED + 1])
    if len(same) > 1:
        words = "、".join(full_name(deputy) for deputy in same[:SUGGESTED])
        raise forms.ValidationError(f"叫这个名字的不止一位，请写编号：{words}")
    return same[0] if same else _nobody()


def _nobody() -> Deputy:
    raise forms.ValidationError(NOBODY)


def names(request: HttpRequest) -> JsonResponse:
    """Deputies in scope whom a few letters may mean, with what tells namesakes apart."""
    word = request.GET.get("term", "")[:40]
    mine = Deputy.objects.visible_to(request.user)
    found = list(named(mine, word).order_by("-serving", "pinyin", "pk")[:SUGGESTED]) if word else []
    places = place_words([deputy.region_code for deputy in found])
    return JsonResponse(
        {
            "results": [
                {"value": full_name(deputy), "words": _beside(deputy, places)} for deputy in found
            ]
        }
    )


def _beside(deputy: Deputy, places: dict[str, str]) -> str:
    place = places[deputy.region_code]
    return place if deputy.serving else f"{place} 不在任"


class GroupInput(forms.TextInput):
    """Offers the groups of the person's region: there are few."""

    template_name = "admin/deputies/group_input.html"
    user: Any = None

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        groups = Group.objects.visible_to(self.user).filter(ended_on__isnull=True)
        context["widget"]["attrs"] |= {"list": f"{name}-groups", "autocomplete": "off"}
        context["groups"] = groups.order_by("name")[:200]
        context["list_id"] = f"{name}-groups"
        return context


def find_group(user: Any, typed: str) -> Group:
    """The group meant, by code or name. ValidationError for none or several."""
    mine, typed = Group.objects.visible_to(user), typed.strip()
    by_code = mine.filter(code=typed).first()
    same = list(mine.filter(name=typed, ended_on__isnull=True)[:2])
    if by_code is None and len(same) != 1:
        words = "叫这个名字的小组不止一个，请写编号。" if same else "您管理的范围里没有这个小组。"
        raise forms.ValidationError(words)
    return by_code or same[0]
