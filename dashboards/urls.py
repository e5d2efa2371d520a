"""Addresses of what leaders read."""

from django.urls import path

from dashboards import briefing, morning, saved, unanswered, views

app_name = "dashboards"
urlpatterns = [
    path("tong-quan/", morning.overview, name="overview"),
    path("tong-quan/bo-loc/", saved.saved, name="saved"),
    path("tong-quan/bao-cao-nhanh/", briefing.briefing, name="briefing"),
    path("thoi-han/", views.limits, name="limits"),
    path("thoi-han/xuat/", views.export_limits, name="export_limits"),
    path("giao-ban/", unanswered.unanswered, name="unanswered"),
    path("giao-ban/xuat/", unanswered.export_unanswered, name="export_unanswered"),
]
