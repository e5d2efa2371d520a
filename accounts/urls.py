"""Addresses of people's own pages."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("dang-nhap/", views.sign_in_page, name="sign_in"),
    path("dang-xuat/", views.sign_out_page, name="sign_out"),
    path("mat-khau/", views.password_page, name="password"),
    path("quyen-han/", views.rights, name="rights"),
    path("tu-luu/", views.autosaved, name="autosave"),
    path("hop-thu/", views.inbox, name="inbox"),
]
