"""Addresses of assigned tasks and of what is done with them."""

from django.urls import path

from dossiers.views import task_acts, task_export, task_giving, task_limits, tasks

app_name = "tasks"
urlpatterns = [
    path("", tasks.all_tasks, name="list"),
    path("xuat/", task_export.export, name="export"),
    path("giao/", task_giving.give, name="give"),
    path("giao/<str:code>/", task_giving.give_from, name="give_from"),
    path("tep/<uuid:public_id>/", tasks.download, name="file"),
    path("<str:code>/", tasks.detail, name="detail"),
    path("<str:code>/phan-cong/", task_acts.assign, name="assign"),
    path("<str:code>/bao-cao/", task_acts.report, name="report"),
    path("<str:code>/chap-nhan/", task_acts.accept, name="accept"),
    path("<str:code>/tra-lai/", task_acts.send_back, name="send_back"),
    path("<str:code>/gia-han/", task_limits.ask_extension, name="ask_extension"),
    path("<str:code>/dieu-chinh/", task_limits.propose, name="propose"),
    path("<str:code>/tam-dung/", task_limits.suspend, name="suspend"),
    path("<str:code>/chay-tiep/", task_limits.resume, name="resume"),
    path("<str:code>/de-nghi/", task_limits.decide, name="decide"),
]
