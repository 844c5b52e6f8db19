from django.urls import path

from topics.api import OpinionViewSet, TopicViewSet
from topics.views import listing, meet, moderation, papers, propose, speak, staff, topic
from topics.views.desk import apply, groups, meetings, opinions, plan, promises, regroup, results
from topics.views.desk import lists as desk_lists
from topics.views.desk import topic as desk_topic
from topics.views.feed import ResultsFeed

resident = [
    path("topics/", listing.topics, name="list"),
    path("topics/feed/", ResultsFeed(), name="feed"),
    path("topics/photo/<str:signed>/", topic.own_photo, name="own_photo"),
    path("topics/digest/<int:year>/", papers.digest, name="digest"),
    path("topics/digest/<int:year>/table.csv", papers.digest_csv, name="digest_csv"),
    path("topics/digest/<int:year>/report.docx", papers.digest_word, name="digest_word"),
    path("topics/<str:code>/", topic.topic, name="topic"),
    path("topics/<str:code>/opinions/", topic.opinions, name="opinions"),
    path("topics/<str:code>/groups/<int:number>/", topic.group, name="group"),
    path("topics/<str:code>/opinion/", speak.opinion, name="opinion"),
    path("topics/<str:code>/opinion/agree/", speak.agree_with, name="agree"),
    path("topics/<str:code>/photo/<str:name>/", topic.photo, name="photo"),
    path("q/<str:token>/topic/", propose.propose, name="propose"),
    path("meet/<str:secret>/", meet.meet, name="meet"),
]
desk = [
    path("topics/", desk_lists.queue, name="queue"),
    path("topics/new/", apply.new, name="new"),
    path("topics/join/", apply.join, name="join"),
    path("topics/messages/", desk_lists.choose_messages, name="choose_messages"),
    path("topics/picture/<str:signed>/", desk_lists.picture, name="picture"),
    path("topics/<str:code>/", desk_topic.topic, name="topic"),
    path("topics/<str:code>/edit/", apply.edit, name="edit"),
    path("topics/<str:code>/opinions/", opinions.opinions, name="opinions"),
    path("topics/<str:code>/opinions.xlsx", papers.opinions_sheet, name="opinions_sheet"),
    path("topics/<str:code>/opinions.docx", papers.opinions_paper, name="opinions_paper"),
    path("topics/<str:code>/report.docx", papers.report_paper, name="report_paper"),
    path("topics/<str:code>/opinions/enter/", opinions.enter, name="enter"),
    path(
        "topics/<str:code>/opinions/<str:opinion>/contact/", opinions.contact, name="contact"
    ),
    path("topics/<str:code>/dates/", desk_topic.dates, name="dates"),
    path("topics/<str:code>/groups/", groups.groups, name="groups"),
    path("topics/<str:code>/groups/merge/", regroup.merge, name="merge"),
    path("topics/<str:code>/groups/again/", regroup.again, name="again"),
    path("topics/<str:code>/groups/<int:number>/", groups.group, name="group"),
    path("topics/<str:code>/groups/<int:number>/name/", regroup.rename, name="rename"),
    path("topics/<str:code>/groups/<int:number>/split/", regroup.split, name="split"),
    path("topics/<str:code>/groups/<int:number>/move/", regroup.move, name="move"),
    path("topics/<str:code>/meetings/", meetings.meetings, name="meetings"),
    path("topics/<str:code>/meetings/new/", meetings.call, name="call_meeting"),
    path("topics/<str:code>/meetings/<int:number>/", meetings.meeting, name="meeting"),
    path(
        "topics/<str:code>/meetings/<int:number>/invite/", meetings.invite_more, name="invite"
    ),
    path(
        "topics/<str:code>/meetings/<int:number>/code/", meetings.sign_in_code, name="sign_in_code"
    ),
    path(
        "topics/<str:code>/meetings/<int:number>/present/<int:attendee>/", meetings.present,
        name="present",
    ),
    path("topics/<str:code>/plan/", plan.plan, name="plan"),
    path("topics/<str:code>/plan/new/", plan.add, name="add_part"),
    path("topics/<str:code>/plan/<int:number>/", plan.change, name="part"),
    path("topics/<str:code>/plan/<int:number>/remove/", plan.remove, name="remove_part"),
    path("topics/<str:code>/support/", plan.support, name="support"),
    path("topics/<str:code>/result/", results.result, name="result"),
    path("topics/<str:code>/result/write/", results.write, name="write_result"),
    path("topics/<str:code>/result/rate/", results.rate, name="rate"),
    path("topics/<str:code>/result/parts/<int:number>/", results.outcome, name="outcome"),
    path("topics/<str:code>/promises/<str:promise>/", promises.settle, name="promise"),
    path("topics/<str:code>/<str:name>/", desk_topic.act, name="act"),
]  # fmt: skip
admin = [
    path("moderation/opinions/", moderation.queue, name="opinions"),
    path("moderation/opinions/undo/", moderation.undo, name="opinions_undo"),
    path("moderation/opinions/<str:code>/", moderation.one, name="opinion"),
    path("topics/dispatch/", staff.dispatch, name="dispatch"),
    path("topics/publication/", staff.publication, name="publication"),
    path("topics/publication/<str:code>/", staff.publish, name="publish"),
]
api_resources = [("topics", TopicViewSet), ("opinions", OpinionViewSet)]
