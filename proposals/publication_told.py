"""Who is reminded of decisions on publication, and what these are called."""

from datetime import date

from django.urls import reverse

from notifications.registry import Subject
from proposals.models import Proposal
from proposals.selectors import staff, titles

Found = dict[str, list[int]]


def publication_recipients(codes: list[str], audience: str, on: date) -> Found:
    """The office decides, whatever the stage."""
    return {p.code: staff(p, on) for p in Proposal.objects.filter(code__in=codes)}


def publication_titles(codes: list[str]) -> dict[str, str]:
    return {code: f"是否公开{title}" for code, title in titles(codes).items()}


def proposal_url(code: str) -> str:
    return reverse("api:proposals-detail", args=[code])


SUBJECTS = (
    Subject("proposals.publication", publication_recipients, publication_titles, proposal_url),
)
