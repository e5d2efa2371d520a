"""Addresses of agencies and of their reorganisations."""

from django.urls import path

from dossiers.views import agency_life, reorganising, units

app_name = "agencies"
urlpatterns = [
    path("", agency_life.agencies, name="list"),
    path("to-chuc-lai/", reorganising.listed, name="reorganisations"),
    path("to-chuc-lai/hop-nhat/", reorganising.merge, name="merge"),
    path("to-chuc-lai/doi-ten/", reorganising.rename, name="rename"),
    path("to-chuc-lai/giai-the/", reorganising.close, name="close"),
    path("to-chuc-lai/chia-tach/", reorganising.split, name="split"),
    path("to-chuc-lai/<uuid:public_id>/", reorganising.plan, name="plan"),
    path("to-chuc-lai/<uuid:public_id>/sap-xep/", reorganising.arrange, name="arrange"),
    path("to-chuc-lai/<uuid:public_id>/thuc-hien/", reorganising.apply, name="apply"),
    path("to-chuc-lai/<uuid:public_id>/rut/", reorganising.withdraw, name="withdraw"),
    path("<str:code>/don-vi-truc-thuoc/", units.units, name="units"),
    path("<str:code>/", agency_life.life, name="life"),
]
