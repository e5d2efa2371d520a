"""Addresses of how time limits are kept over time."""

from django.urls import path

from dashboards.analysis import views

app_name = "analysis"
urlpatterns = [
    path("", views.rates, name="rates"),
    path("don-vi/", views.ranking, name="ranking"),
    path("ban-do-nhiet/", views.heat, name="heat"),
    path("qua-han/", views.ages, name="ages"),
    path("so-ngay/", views.days, name="days"),
    path("chat-luong/", views.quality, name="quality"),
    path("so-lieu/", views.export, name="export"),
    path("khoi-luong/", views.work, name="work"),
]
