"""Addresses of people's own pages, and of people and their posts."""

from django.urls import path

from accounts import mail_views, people_views, views

app_name = "accounts"
urlpatterns = [
    path("dang-nhap/", views.sign_in_page, name="sign_in"),
    path("dang-xuat/", views.sign_out_page, name="sign_out"),
    path("mat-khau/", views.password_page, name="password"),
    path("quyen-han/", views.rights, name="rights"),
    path("tu-luu/", views.autosaved, name="autosave"),
    path("hop-thu/", views.inbox, name="inbox"),
    path("hop-thu/so-moi/", mail_views.bell, name="bell"),
    path("thu-bao/", mail_views.mail, name="mail"),
    path("thu-bao/lich/", mail_views.calendar_link, name="calendar_link"),
    path("nguoi-dung/", people_views.people, name="people"),
    path("nguoi-dung/de-nghi/", people_views.proposals, name="proposals"),
    path("nguoi-dung/de-nghi/<uuid:public_id>/", people_views.proposal, name="proposal"),
    path("nguoi-dung/chuc-vu/<int:item>/ket-thuc/", people_views.end, name="end_post"),
    path("nguoi-dung/<str:code>/", people_views.person, name="person"),
    path("nguoi-dung/<str:code>/chuc-vu/", people_views.propose, name="propose_post"),
]
