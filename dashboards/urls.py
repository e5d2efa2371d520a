"""Addresses of what leaders read."""

from django.urls import path

from dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("tong-quan/", views.overview, name="overview"),
    path("thoi-han/", views.limits, name="limits"),
    path("thoi-han/xuat/", views.export_limits, name="export_limits"),
]
