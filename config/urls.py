"""Addresses. Vietnamese words without marks, stable for bookmarks."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from config import views
from config.operating import views as operating
from dossiers.views import adjusting

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", operating.readyz, name="readyz"),
    path("metrics", operating.metrics_page, name="metrics"),
    path("van-hanh/", operating.operations, name="operations"),
    path("van-hanh/tu-kiem-tra/", operating.self_check_page, name="self_check"),
    path("ngon-ngu/", login_not_required(require_POST(set_language)), name="set_language"),
    path("", include("accounts.urls")),
    path("", include("deadlines.urls")),
    path("", include("dashboards.urls")),
    path("thoi-han/de-nghi/", adjusting.waiting, name="adjustments"),
    path("ho-so/", include("dossiers.urls")),
    path("nhiem-vu/", include("dossiers.task_urls")),
    path("kiem-tra/", include("inspections.urls")),
    path("don-vi/", include("dossiers.agency_urls")),
]

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.failed"
