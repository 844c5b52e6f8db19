"""The API bases: one form of error, scope, pages, and transitions through the engine."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from core import api
from core.errors import (
    Forbidden,
    InputInvalid,
    NotVisible,
    StateMoved,
    TooLarge,
    TooMany,
    WrongMedia,
)
from tests.core.things import Person, Thing

COUNTY = Person(prefixes=("370782",))


class ThingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Thing
        fields = ["code", "title"]


class ThingDetailSerializer(serializers.ModelSerializer):
    class Meta:
        model = Thing
        fields = ["code", "title", "state"]


class ThingViewSet(api.ScopedViewSet):
    queryset = Thing.objects.all()
    serializer_class = ThingSerializer
    detail_serializer_class = ThingDetailSerializer
    filterset_fields = ["rank"]
    ordering_fields = ["title"]
    ordering = ["-code"]


def get(query="", person=COUNTY, **kwargs):
    methods = {"get": "retrieve" if kwargs else "list"}
    request = APIRequestFactory().get(f"/api/v1/things/{query}")
    if person:
        force_authenticate(request, person)
    return ThingViewSet.as_view(methods)(request, **kwargs)


def echo(body):
    def answer(self, request):
        return Response(request.data)

    more = {"permission_classes": [], "parser_classes": [api.CleanJSONParser]}
    view = type("Echo", (APIView,), {"post": answer, **more}).as_view()
    return view(APIRequestFactory().post("/", body, content_type="application/json"))


def codes(response):
    return [row["code"] for row in response.data["results"]]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InputInvalid("wrong", "请填写。", {"text": "请填写。"}), 400, "wrong"),
        (exceptions.ParseError(), 400, "unreadable"),
        (exceptions.ValidationError({"text": ["必填。"]}), 400, "invalid"),
        (exceptions.NotAuthenticated(), 401, "not_signed_in"),
        (exceptions.AuthenticationFailed("密钥无效。"), 401, "not_signed_in"),
        (Forbidden(), 403, "forbidden"),
        (PermissionDenied(), 403, "forbidden"),
        (exceptions.PermissionDenied(), 403, "forbidden"),
        (NotVisible("CANARY", "CANARY"), 404, "not_found"),
        (Http404("CANARY"), 404, "not_found"),
        (exceptions.NotFound("CANARY"), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (StateMoved("state_moved", "刚刚有人处理过。"), 409, "state_moved"),
        (TooLarge("large", "太大了。"), 413, "large"),
        (WrongMedia("media", "不是照片。"), 415, "media"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "media_type"),
        (TooMany("too_many", "请稍等。", retry_after=7), 429, "too_many"),
        (exceptions.Throttled(7), 429, "too_many"),
    ],
)
def test_each_refusal_has_its_status_and_body(error, status, code):
    def fail(self, request):
        raise error

    view = type(
        "View", (APIView,), {"get": fail, "permission_classes": [], "authentication_classes": []}
    )
    response = view.as_view()(APIRequestFactory().get("/"))
    if status == 401:  # without any way to sign in DRF answers 403; the body is ours
        assert response.data["code"] == code
        return
    assert response.status_code == status
    assert set(response.data) == {"code", "message", "fields"}
    assert response.data["code"] == code
    assert response.data["message"].endswith("。")
    assert "CANARY" not in str(response.data)
    if status == 429:
        assert response["Retry-After"] == "7"


def test_exception_handler_leaves_our_mistakes_to_the_handlers():
    assert api.exception_handler(RuntimeError("x"), {}) is None
    assert api.exception_handler(OperationalError("x"), {}) is None


def test_validation_errors_name_nested_fields():
    detail = {"promises": [{"due_on": ["日期不对。"]}, {}], "text": ["太长。", "太短。"]}
    body = api.exception_handler(exceptions.ValidationError(detail), {}).data
    assert body["fields"] == {"promises.0.due_on": "日期不对。", "text": "太长。 太短。"}
    general = api.exception_handler(exceptions.ValidationError(["总的问题。"]), {}).data
    assert general == {"code": "invalid", "message": "总的问题。", "fields": {}}


def test_list_shows_only_what_is_in_scope(things):
    assert codes(get()) == ["T3", "T2", "T1"]
    assert codes(get(person=Person(prefixes=("370783",)))) == ["T5", "T4"]
    assert codes(get(person=Person())) == []


def test_a_caller_without_the_right_is_refused_everywhere_alike(things):
    stranger = Person(prefixes=("370782",), rights=())
    assert get(person=stranger).status_code == 403
    assert get(person=stranger, code="T1").status_code == 403
    assert get(person=stranger, code="T4").status_code == 403
    assert get(person=None).data["code"] == "not_signed_in"


def test_detail_is_found_by_code_in_scope(things):
    assert get(code="T1").data == {
        "code": "T1",
        "title": "第1件",
        "state": "new",
    }


@pytest.mark.parametrize("code", ["T4", "absent", "1", "a\0b"])
def test_absent_and_out_of_scope_are_told_alike(things, code):
    response = get(code=code)
    assert response.status_code == 404
    assert response.data == NotVisible().as_dict()


def test_an_object_that_is_seen_but_not_covered_is_403(things):
    person = Person(prefixes=("370782",), covers=lambda obj: obj.code != "T2")
    assert get(person=person, code="T1").status_code == 200
    assert get(person=person, code="T2").status_code == 403


def test_only_listed_fields_filter_and_order(things):
    assert codes(get("?rank=1")) == ["T3", "T1"]
    assert codes(get("?ordering=title")) == ["T1", "T2", "T3"]
    assert codes(get("?ordering=region_code")) == ["T3", "T2", "T1"]
    assert codes(get("?region_code=370782")) == ["T3", "T2", "T1"]
    assert get("?rank=x").status_code == 400


def test_pages_by_cursor(things):
    first = get("?page_size=2&rank=")
    assert (codes(first), first.data["count"], first.data["previous"]) == (["T3", "T2"], 3, None)
    query = "?" + first.data["next"].split("?")[1]
    assert "page_size=2" in query
    second = get(query)
    assert (codes(second), second.data["count"], second.data["next"]) == (["T1"], None, None)
    back = get("?" + second.data["previous"].split("?")[1])
    assert codes(back) == ["T3", "T2"]


def test_pages_by_number(things):
    first = get("?page=1&page_size=2")
    assert (codes(first), first.data["count"], first.data["previous"]) == (["T3", "T2"], 3, None)
    assert first.data["next"].endswith("?page=2&page_size=2")
    second = get("?page=2&page_size=2")
    assert (codes(second), second.data["next"]) == (["T1"], None)
    assert second.data["previous"].endswith("?page=1&page_size=2")
    assert codes(get("?page=9")) == []


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=-1", "?page=x", "?page=1e3", "?page=" + "9" * 30, "?page=501",
     "?page_size=0", "?cursor=forged", "?page=%E0%A5%A7"],
)  # fmt: skip
def test_a_page_that_cannot_be_is_bad_input(things, query):
    response = get(query)
    assert response.status_code == 400
    assert response.data["fields"]


def test_page_size_ends_at_a_hundred(things):
    Thing.objects.bulk_create(
        Thing(code=f"M{n:04}", title="x", region_code="370782") for n in range(2_010)
    )
    response = get("?page_size=5000")
    assert len(response.data["results"]) == 100
    assert response.data["count"] is None
    assert len(get().data["results"]) == 20


def test_list_queries_do_not_grow_with_rows(things, django_assert_num_queries):
    with django_assert_num_queries(2):
        get("?page_size=1")
    with django_assert_num_queries(2):
        get("?page_size=30")


@pytest.mark.parametrize(
    "body",
    ['{"a": "x\\u0000y"}', '{"x\\u0000": 1}', '{"a": ["\\ud800"]}', "nonsense", '{"a": NaN}',
     "[" * 100_000, '{"a": ' + "9" * 5_000 + "}", b"\xff\xfe"],
)  # fmt: skip
def test_a_broken_json_body_is_bad_input(body):
    response = echo(body)
    assert response.status_code == 400
    assert set(response.data) == {"code", "message", "fields"}


@pytest.mark.parametrize("body", ['{"a": "路灯\\u200d", "b": [1, {"c": null}]}', "[1]", "3"])
def test_a_sound_json_body_arrives_whole(body):
    assert echo(body).data == json.loads(body)
