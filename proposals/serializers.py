"""What the API says of suggestions: one shape for those at work on them, one for everybody."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from handling.models import Order, Promise
from handling.serializers import PromiseSerializer
from proposals import records
from proposals.models import (
    Assignment,
    Dispute,
    Evaluation,
    ExpertReview,
    FaceReply,
    PromiseRating,
    PromiseUpdate,
    Proposal,
    Publication,
    Referral,
    Review,
    ScoreSheet,
    Signature,
    Supervision,
    Version,
)
from proposals.selectors import letter_of
from workflows.api import AvailableField
from workflows.engine import _describe_field

ROWS = {"type": "array", "items": {"type": "object"}}


def _part(model_: Any, *names: str, **slugs: Any) -> Any:
    meta = type("Meta", (), {"model": model_, "fields": (*names, *slugs)})
    fields = {
        name: serializers.CharField(source=source, default=None) for name, source in slugs.items()
    }
    name = f"{model_.__name__}OfProposalSerializer"
    return type(name, (serializers.ModelSerializer,), {"Meta": meta, **fields})


SignatureSerializer = _part(
    Signature, "lead", "state", "version", "invited_at", "answered_at", "agreed_at",
    deputy="deputy.code", name="deputy.name",
)  # fmt: skip
VersionSerializer = _part(Version, "number", "title", "facts", "advice", "by", "at")
ReviewSerializer = _part(
    Review, "kind", "version", "exclusions", "note", "by", "at", organ="organ.name"
)
AssignmentSerializer = _part(
    Assignment, "round", "kind", "rule", "counted_from", "due_on", "original_due_on", "basis",
    "provisional", "replied_at", "outcome", "dispatched_at", "decision_reference", "instruction",
    "reason", "by", "at", through="through.code", batch="batch.code",
)  # fmt: skip
EvaluationSerializer = _part(
    Evaluation, "round", "asked_at", "at", "attitude", "result", "score", "reason", "proxy_name",
    deputy="deputy.code",
)  # fmt: skip
FaceReplySerializer = _part(
    FaceReply, "round", "way", "on", "place", "leader", "content", "consent", "signed", "by",
    order="order.code",
)  # fmt: skip
ExpertReviewSerializer = _part(
    ExpertReview, "round", "experts", "score", "opinion", "again", "by", "at"
)
ScoreSheetSerializer = _part(
    ScoreSheet, "round", "points", "weights", "total", "note", "at", order="order.code",
    deputy="deputy.code",
)  # fmt: skip
SupervisionSerializer = _part(
    Supervision, "kind", "decision_reference", "leader", "plan", "outcome", "at", "ended_at",
    organ="organ.name",
)  # fmt: skip
DisputeSerializer = _part(
    Dispute, "about", "arbiter", "decision", "at", "decided_at", unit="unit.code", lead="lead.code"
)
ReferralSerializer = _part(
    Referral, "field", "handed_on", "filed", "filing_number", "advice_number", "result",
    "closed_on", unit="unit.code",
)  # fmt: skip
PublicationSerializer = _part(
    Publication, "decision", "why_not", "note", "objection", "title", "text", "reply", "feedback",
    "decided_by", "decided_at",
)  # fmt: skip


class PublicProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A reviewed and published suggestion; nothing that review did not let through."""

    title = serializers.CharField(source="publication.title")
    text = serializers.CharField(source="publication.text")
    reply = serializers.CharField(source="publication.reply")
    feedback = serializers.CharField(source="publication.feedback")
    decision = serializers.CharField(source="publication.decision")
    lead = serializers.CharField(source="lead.name")
    number = serializers.CharField(source="number_words")
    term = serializers.IntegerField(source="term.number")
    session = serializers.IntegerField(source="session.number", default=None)
    region = serializers.CharField(source="region_code")
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Proposal
        fields = (
            "code", "number", "term", "session", "series", "region", "category", "title", "text",
            "reply", "feedback", "decision", "lead", "state", "state_label", "outcome", "round",
            "published_at",
        )  # fmt: skip


class ProposalListSerializer(serializers.ModelSerializer[Proposal]):
    """A row of a register."""

    lead = serializers.CharField(source="lead.code")
    lead_name = serializers.CharField(source="lead.name")
    number_words = serializers.CharField()
    term = serializers.IntegerField(source="term.number")
    session = serializers.IntegerField(source="session.number", default=None)
    region = serializers.CharField(source="region_code")
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = Proposal
        fields = (
            "code", "number", "number_words", "series", "term", "session", "region", "title",
            "lead", "lead_name", "category", "source_kind", "source_code", "state", "state_label",
            "round", "confidential", "short_track", "due_on", "basis", "provisional", "outcome",
            "satisfaction", "submitted_at", "accepted_at", "assigned_at", "replied_at",
            "closed_at", "published_at", "created_at",
        )  # fmt: skip


class ProposalSerializer(ProposalListSerializer):
    """The whole suggestion for those at work on it."""

    points = serializers.ListField(child=serializers.CharField())
    delegation = serializers.CharField(source="delegation.name", default=None)
    through = serializers.CharField(source="through.code", default=None)
    signatures = SignatureSerializer(many=True)
    reviews = ReviewSerializer(many=True)
    assignments = AssignmentSerializer(many=True)
    evaluations = EvaluationSerializer(many=True)
    face_replies = FaceReplySerializer(many=True)
    expert_reviews = ExpertReviewSerializer(many=True)
    supervisions = SupervisionSerializer(many=True)
    disputes = DisputeSerializer(many=True)
    referral = ReferralSerializer(default=None)
    publication = PublicationSerializer(default=None)
    versions = VersionSerializer(many=True)
    score_sheets = ScoreSheetSerializer(many=True)
    sources = serializers.SerializerMethodField()
    merged = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()
    orders = serializers.SerializerMethodField()
    available_actions = AvailableField()
    available_records = serializers.SerializerMethodField()

    class Meta(ProposalListSerializer.Meta):
        fields = (
            *ProposalListSerializer.Meta.fields, "facts", "advice", "points", "version",
            "delegation", "through", "bill_reference", "proxy_name", "proxy_way",
            "confidential_reason", "sources", "signatures", "versions", "reviews", "merged",
            "merged_into", "assignments", "orders", "disputes", "supervisions", "referral",
            "face_replies", "evaluations", "expert_reviews", "score_sheets", "publication",
            "available_actions", "available_records",
        )  # fmt: skip

    @extend_schema_field(ROWS)
    def get_sources(self, proposal: Proposal) -> list[dict[str, Any]]:
        return [{"kind": s.kind, "code": s.code} for s in proposal.sources.all()]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_merged(self, proposal: Proposal) -> list[str]:
        return list(proposal.merged.values_list("other__code", flat=True))

    def get_merged_into(self, proposal: Proposal) -> str | None:
        row = getattr(proposal, "merged_into", None)
        return row.main.code if row else None

    @extend_schema_field(ROWS)
    def get_orders(self, proposal: Proposal) -> list[dict[str, Any]]:
        orders = Order.objects.of(proposal).select_related("unit").prefetch_related("replies")
        return [_order(o, proposal) for o in orders.order_by("id")]

    @extend_schema_field(ROWS)
    def get_available_records(self, proposal: Proposal) -> list[dict[str, Any]]:
        user = self.context["request"].user
        found = records.able(proposal, user, now=timezone.now())
        return [
            {
                "name": one.kind.name, "label": one.kind.label,
                "fields": [
                    _describe_field(n, f) for n, f in one.form(proposal, user).fields.items()
                ],
            }
            for one in found
            if not one.blocked
        ]  # fmt: skip


def _order(order: Order, proposal: Proposal) -> dict[str, Any]:
    """An order with its last reply and the letter the place gives its outcome (trap 5)."""
    replies = list(order.replies.all())
    outcome = replies[-1].outcome if replies else ""
    return {
        "code": order.code, "unit": order.unit.code, "unit_name": order.named,
        "role": order.role, "round": order.round, "state": order.state, "due_on": order.due_on,
        "original_due_on": order.original_due_on, "basis": order.basis, "outcome": outcome,
        "letter": letter_of(proposal, outcome, order.started_on) if outcome else "",
        "replies": len(replies),
    }  # fmt: skip


class NewProposalSerializer(serializers.Serializer[Any]):
    """A draft: who leads (the caller's own deputy when left out), the text, where it came from."""

    deputy = serializers.CharField(required=False, allow_blank=True)
    title = serializers.CharField(max_length=80)
    facts = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    advice = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    category = serializers.CharField(required=False, allow_blank=True)
    source_kind = serializers.CharField(required=False, allow_blank=True)
    source_code = serializers.CharField(required=False, allow_blank=True)
    confidential_reason = serializers.CharField(required=False, allow_blank=True)
    delegation = serializers.CharField(required=False, allow_blank=True)
    bill_reference = serializers.CharField(required=False, allow_blank=True)
    proxy_way = serializers.CharField(required=False, allow_blank=True)
    cosigners = serializers.ListField(child=serializers.CharField(), required=False)


class TextSerializer(serializers.Serializer[Any]):
    """A changed text; `version` is the one that was read."""

    title = serializers.CharField(required=False, max_length=80)
    facts = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    advice = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    version = serializers.IntegerField(required=False)


class LedgerUpdateSerializer(serializers.ModelSerializer[PromiseUpdate]):
    class Meta:
        model = PromiseUpdate
        fields = ("outcome", "note", "before_on", "due_on", "by", "at")


class LedgerRatingSerializer(serializers.ModelSerializer[PromiseRating]):
    deputy = serializers.CharField(source="deputy.code")

    class Meta:
        model = PromiseRating
        fields = ("deputy", "year", "score", "reason", "at")


class LedgerSerializer(PromiseSerializer):
    """A promise with what became of it over the years (承诺台账)."""

    proposal = serializers.SerializerMethodField()
    source_type = serializers.CharField(source="order.source_type")
    updates = LedgerUpdateSerializer(many=True)
    ratings = LedgerRatingSerializer(many=True)

    class Meta(PromiseSerializer.Meta):
        model = Promise
        fields = (*PromiseSerializer.Meta.fields, "source_type", "proposal", "updates", "ratings")

    def get_proposal(self, promise: Promise) -> str | None:
        order = promise.order
        return order.source_code if order.source_type == "proposals.proposal" else None
