from django.urls import path

from stats.api import RateViewSet
from stats.views import public, screen, staff

resident = [
    path("statistics/", public.statistics, name="statistics"),
    path("statistics/definitions/", public.rates, name="definitions"),
    path("statistics/items/", public.item_list, name="items"),
    path("statistics/data.csv", public.data_csv, name="data_csv"),
    path("statistics/data.json", public.data_json, name="data_json"),
    path("statistics/schema.json", public.schema, name="schema"),
    path("statistics/<str:code>/", public.statistics, name="place"),
    path("screen/", screen.screen, name="screen"),
    path("screen/<str:code>/", screen.screen, name="screen_place"),
]
admin = [
    path("statistics/", staff.overview, name="overview"),
    path("statistics/items/", staff.item_list, name="items"),
]
api_resources = [("rates", RateViewSet)]
