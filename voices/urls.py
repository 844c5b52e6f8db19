from django.urls import path

from voices.api import MessageViewSet
from voices.views import act, home, imports, message, moderation, receipt, results
from voices.views import desk as desk_views

resident = [
    path("", home.home, name="home"),
    path("q/<str:token>/message/", message.message_form, name="message_form"),
    path("q/<str:token>/similar/", message.similar, name="similar"),
    path("receipt/", receipt.receipt, name="receipt"),
    path("receipt/rate/", receipt.rate, name="rate"),
    path("receipt/append/", receipt.append, name="append"),
    path("receipt/withdraw/", receipt.withdraw, name="withdraw"),
    path("results/", results.results, name="results"),
    path("results/<str:code>/", results.result, name="result"),
    path("results/<str:code>/follow/", results.follow_result, name="follow"),
    path("results/<str:code>/photo/<int:number>/", results.public_photo, name="public_photo"),
    path("photo/<str:signed>/", results.photo, name="photo"),
]
desk = [
    path("messages/", desk_views.queue, name="queue"),
    path("messages/patrol/", desk_views.patrol, name="patrol"),
    path("messages/enter/", desk_views.type_in, name="enter"),
    path("messages/<str:code>/", desk_views.message, name="message"),
    path("messages/<str:code>/reveal/", desk_views.reveal, name="reveal"),
    path("messages/<str:code>/<str:name>/", act.act, name="act"),
]
admin = [
    path("moderation/", moderation.queue, name="moderation"),
    path("moderation/<str:code>/", moderation.one, name="moderate"),
    path("voices/import/", imports.import_list, name="import"),
]
api_resources = [("messages", MessageViewSet)]
