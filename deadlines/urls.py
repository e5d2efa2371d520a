"""Addresses of the calculator and the calendar."""

from django.urls import path

from deadlines import views
from deadlines.keeping import proposing
from deadlines.keeping import views as keeping
from deadlines.mailing import views as mailing

app_name = "deadlines"
urlpatterns = [
    path("tinh-han/", views.calculator, name="calculator"),
    path("lich/", views.calendar, name="calendar"),
    path("lich-han/<str:secret>.ics", mailing.feed, name="feed"),
    path("lich/<int:year>/", views.calendar, name="calendar_year"),
    path("lich/sua/", keeping.changes, name="changes"),
    path("lich/sua/de-nghi/", proposing.propose_change, name="propose_change"),
    path("lich/sua/<uuid:public_id>/", keeping.change, name="change"),
    path("lich/sua/<uuid:public_id>/hoan-tac/", keeping.undo, name="undo_change"),
    path("lich/ghi-chu/", keeping.annotations, name="annotations"),
]
