"""Addresses of dossiers and of what is done with them."""

from django.urls import path

from dossiers.views import agency, files, leader, lists, office, pages

app_name = "dossiers"
urlpatterns = [
    path("", lists.all_dossiers, name="list"),
    path("viec-cua-toi/", lists.mine, name="mine"),
    path("moi/", agency.log, name="log"),
    path("tep/<uuid:public_id>/", files.download, name="file"),
    path("<str:code>/", pages.detail, name="detail"),
    path("<str:code>/sua/", agency.edit, name="edit"),
    path("<str:code>/trinh/", agency.submit, name="submit"),
    path("<str:code>/tiep-nhan/", office.receive, name="receive"),
    path("<str:code>/trinh-lanh-dao/", office.put_to_leader, name="put_to_leader"),
    path("<str:code>/chi-dao/", leader.direct_explanation, name="direct_explanation"),
    path("<str:code>/bao-cao/", agency.report, name="report"),
    path("<str:code>/ket-luan/", leader.conclude, name="conclude"),
    path("<str:code>/phat-hanh/", office.issue_notice, name="issue_notice"),
    path("<str:code>/ket-thuc/", office.close, name="close"),
]
