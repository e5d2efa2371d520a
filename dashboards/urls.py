"""Addresses of what leaders read."""

from django.urls import path

from dashboards import briefing, views

app_name = "dashboards"
urlpatterns = [
    path("tong-quan/", views.overview, name="overview"),
    path("thoi-han/", views.limits, name="limits"),
    path("thoi-han/xuat/", views.export_limits, name="export_limits"),
    path("giao-ban/", briefing.briefing, name="briefing"),
    path("giao-ban/xuat/", briefing.export_briefing, name="export_briefing"),
]
