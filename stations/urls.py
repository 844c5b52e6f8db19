from django.urls import path

from stations.api import routes
from stations.views import appointments, check_in, posters, public, receptions, station

resident = [
    path("stations/", public.show_stations, name="list"),
    path("stations/<str:code>/", public.show_station, name="detail"),
    path("q/<str:token>/check-in/", check_in.take_check_in, name="check_in"),
]
_OWN = "station/<str:code>/"
desk = [
    path("station/", station.home, name="home"),
    path(_OWN, station.overview, name="overview"),
    path(f"{_OWN}edit/", station.edit, name="edit"),
    path(f"{_OWN}roster/", station.roster, name="roster"),
    path(f"{_OWN}roster/<int:pk>/end/", station.end, name="end_role"),
    path(f"{_OWN}checklist/", station.show_checklist, name="checklist"),
    path(f"{_OWN}checklist/<str:item>/", station.evidence, name="evidence"),
    path(f"{_OWN}gaps/", station.gaps, name="gaps"),
    path(f"{_OWN}posters/", posters.posters, name="posters"),
    path(f"{_OWN}posters.pdf", posters.download, name="posters_pdf"),
    path(f"{_OWN}code.<str:form>", posters.single, name="single"),
    path(f"{_OWN}receptions/", receptions.receptions, name="receptions"),
    path(f"{_OWN}receptions/by-rule/", receptions.by_rule, name="by_rule"),
    path(f"{_OWN}receptions/<str:number>/", receptions.reception, name="reception"),
    path(f"{_OWN}receptions/<str:number>/<str:name>/", receptions.act, name="act"),
    path(f"{_OWN}appointments/", appointments.appointments, name="appointments"),
    path(f"{_OWN}appointments/<int:pk>/<str:name>/", appointments.act, name="appointment"),
]
api_resources = routes
