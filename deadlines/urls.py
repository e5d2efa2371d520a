"""Addresses of the calculator and the calendar."""

from django.urls import path

from deadlines import views

app_name = "deadlines"
urlpatterns = [
    path("tinh-han/", views.calculator, name="calculator"),
    path("lich/", views.calendar, name="calendar"),
    path("lich/<int:year>/", views.calendar, name="calendar_year"),
]
