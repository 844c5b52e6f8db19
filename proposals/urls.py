"""Routes of suggestions, by audience."""

from django.urls import path

from proposals.api import PromiseViewSet, ProposalViewSet
from proposals.views import digest, public
from proposals.views.desk import letters, lists, promises, proposal, signers, write
from proposals.views.staff import (
    assign,
    batches,
    imports,
    oversight,
    publication,
    reports,
    review,
)

resident = [
    path("proposals/", public.proposals, name="list"),
    path("proposals/digest/<int:year>/", digest.digest, name="digest"),
    path("proposals/digest/<int:year>/table.csv", digest.digest_csv, name="digest_csv"),
    path("proposals/<str:code>/", public.proposal, name="proposal"),
]
desk = [
    path("proposals/", lists.queue, name="queue"),
    path("proposals/new/", write.new, name="new"),
    path("proposals/enter/", write.type_in, name="enter"),
    path("proposals/promises/", promises.promises, name="promises"),
    path("proposals/promises/<str:promise>/rate/", promises.rate, name="rate_promise"),
    path("proposals/promises/<str:promise>/update/", promises.update, name="update_promise"),
    path("proposals/<str:code>/", proposal.proposal, name="proposal"),
    path("proposals/<str:code>/edit/", write.edit, name="edit"),
    path("proposals/<str:code>/invite/", signers.invite, name="invite"),
    path("proposals/<str:code>/names/", signers.names, name="names"),
    path("proposals/<str:code>/versions/", signers.versions, name="versions"),
    path("proposals/<str:code>/records/<str:record>/", proposal.record, name="record"),
    path(
        "proposals/<str:code>/letters/<str:order>/<int:number>/", letters.letter, name="letter"
    ),
    path(
        "proposals/<str:code>/letters/<str:order>/<int:number>/files/<str:form>/", letters.file,
        name="file",
    ),
    path("proposals/<str:code>/<str:name>/", proposal.act, name="act"),
]  # fmt: skip
admin = [
    path("proposals/assign/", assign.assign, name="assign"),
    path("proposals/assign/planned/", assign.planned, name="assign_planned"),
    path("proposals/batches/", batches.batches, name="batches"),
    path("proposals/batches/<str:code>/", batches.batch, name="batch"),
    path("proposals/review/", review.review, name="review"),
    path("proposals/oversight/", oversight.oversight, name="oversight"),
    path("proposals/oversight/urge/", oversight.urge, name="urge"),
    path("proposals/oversight/sheets/file/", oversight.sheets_file, name="sheets_file"),
    path("proposals/oversight/loads/", oversight.load_list, name="loads"),
    path("proposals/publication/", publication.publication, name="publication"),
    path("proposals/publication/many/", publication.publish_many, name="publish_many"),
    path("proposals/publication/<str:code>/", publication.publish, name="publish"),
    path("proposals/import/", imports.import_list, name="import"),
    path("proposals/reports/", reports.reports, name="reports"),
    path("proposals/reports/<str:code>/<int:year>/", reports.report, name="report"),
    path(
        "proposals/reports/<str:code>/sessions/<int:pk>/",
        reports.session_report,
        name="session_report",
    ),
]
api_resources = [("proposals", ProposalViewSet), ("promises", PromiseViewSet)]
