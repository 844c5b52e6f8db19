"""Who is reminded of promises and of decisions on publication, and what these are called."""

from datetime import date

from django.urls import reverse

from handling.models import Promise
from handling.selectors import recipients as order_recipients
from notifications.registry import Subject
from proposals.models import Proposal
from proposals.selectors import staff, titles

Found = dict[str, list[int]]


def promise_recipients(codes: list[str], audience: str, on: date) -> Found:
    """The unit that promised and, by the stages, the office: as for its order."""
    orders = dict(Promise.objects.filter(code__in=codes).values_list("code", "order__code"))
    people = order_recipients(list(set(orders.values())), audience, on)
    return {code: people.get(order, []) for code, order in orders.items()}


def promise_titles(codes: list[str]) -> dict[str, str]:
    rows = Promise.objects.filter(code__in=codes).values_list("code", "text")
    return {code: f"承诺「{text[:80]}」" for code, text in rows}


def promise_url(code: str) -> str:
    return reverse("api:promises-detail", args=[code])


def publication_recipients(codes: list[str], audience: str, on: date) -> Found:
    """The office decides, whatever the stage."""
    return {p.code: staff(p, on) for p in Proposal.objects.filter(code__in=codes)}


def publication_titles(codes: list[str]) -> dict[str, str]:
    return {code: f"是否公开{title}" for code, title in titles(codes).items()}


def proposal_url(code: str) -> str:
    return reverse("api:proposals-detail", args=[code])


SUBJECTS = (
    Subject("handling.promise", promise_recipients, promise_titles, promise_url),
    Subject("proposals.publication", publication_recipients, publication_titles, proposal_url),
)
