"""码上公开: the result, each question answered, pictures, and what people thought of it."""

from django.db import models
from django.db.models import Q

from topics import states
from topics.models.course import ResearchNote
from topics.models.opinions import Contribution, Opinion
from topics.models.topic import Question, Topic


class Result(models.Model):
    """What came of a topic, written by the host and let through by somebody else."""

    topic = models.OneToOneField(Topic, models.CASCADE, related_name="result")
    text = models.TextField("结果", max_length=8000)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name="撰写人")
    by_label = models.CharField("署名", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "议题结果"

    def __str__(self) -> str:
        return f"{self.topic_id}"


class QuestionAnswer(models.Model):
    """大家说了什么，采纳了什么，没采纳的为什么: one for every question."""

    question = models.OneToOneField(Question, models.CASCADE, related_name="answer")
    said = models.TextField("大家说了什么", max_length=2000)
    adopted = models.TextField("采纳了什么", max_length=2000)
    not_adopted = models.TextField("没采纳的为什么", max_length=2000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "问题回应"

    def __str__(self) -> str:
        return f"{self.question_id}"


class Picture(models.Model):
    """A re-encoded picture of a topic: before, after, research, or with an opinion."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="pictures")
    kind = models.CharField("用途", max_length=8, choices=states.PICTURES)
    opinion = models.ForeignKey(
        Opinion, models.CASCADE, null=True, blank=True, related_name="pictures"
    )
    note = models.ForeignKey(
        ResearchNote, models.CASCADE, null=True, blank=True, related_name="pictures"
    )
    image = models.FileField("照片", upload_to="topics/")
    thumb = models.FileField("缩略图", upload_to="topics/")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    alt = models.CharField("说明", max_length=80, blank=True)
    public = models.BooleanField("公开", default=False)
    created_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "议题照片"
        ordering = ["id"]
        indexes = [
            # the few pictures of the course among thousands that came with opinions
            models.Index(
                fields=["topic", "kind"], name="picture_of_course", condition=~Q(kind="opinion")
            ),
            models.Index(fields=["image"], name="picture_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.pk}"


class TopicRating(models.Model):
    """An opinion of the result, by somebody who spoke (their receipt) or by a deputy."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="ratings")
    contribution = models.OneToOneField(
        Contribution, models.CASCADE, null=True, blank=True, related_name="rating"
    )
    deputy = models.ForeignKey(
        "deputies.Deputy", models.PROTECT, to_field="code", db_column="deputy_code", null=True,
        blank=True, related_name="+", verbose_name="代表",
    )  # fmt: skip
    score = models.CharField("评价", max_length=12, choices=states.SCORES)
    reason = models.TextField("原因", max_length=1000, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "议题评价"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "deputy"], condition=Q(deputy__isnull=False),
                name="deputy_rates_topic_once",
            ),
            models.CheckConstraint(
                condition=Q(contribution__isnull=False) ^ Q(deputy__isnull=False),
                name="topic_rated_by_one",
            ),
            models.CheckConstraint(
                condition=~Q(score="unsatisfied") | ~Q(reason=""),
                name="unsatisfied_topic_says_why",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.topic_id} {self.score}"
