"""Addresses of Home Affairs' desk, below ``/kiem-tra/``."""

from django.urls import include, path

from inspections import duty_urls
from inspections.views import (
    evidence,
    plans,
    record_acts,
    record_pages,
    record_writing,
    visit_acts,
    visit_preparing,
    visits,
)

app_name = "inspections"
_PLAN = "ke-hoach/<slug:code>/"
_VISIT = "cuoc/<uuid:public_id>/"
_RECORD = "bien-ban/<uuid:public_id>/"

urlpatterns = [
    path("", visits.all_inspections, name="list"),
    path("moi/", visit_preparing.prepare, name="prepare"),
    path("tu-qua-han/", visit_preparing.from_overdue, name="from_overdue"),
    path(_VISIT, visits.detail, name="detail"),
    path(f"{_VISIT}in/", visits.printed, name="print_visit"),
    path(f"{_VISIT}sua/", visit_acts.edit, name="edit_visit"),
    path(f"{_VISIT}quyet-dinh/", visit_acts.decide, name="decide_visit"),
    path(f"{_VISIT}mo/", visit_acts.open_visit, name="open_visit"),
    path(f"{_VISIT}rut-mau/", visit_acts.sample, name="draw_sample"),
    path(f"{_VISIT}lap-bien-ban/", visit_acts.raise_records, name="raise_records"),
    path(f"{_VISIT}ket-thuc/", visit_acts.end, name="end_visit"),
    path(f"{_VISIT}huy/", visit_acts.cancel, name="cancel_visit"),
    path(f"{_VISIT}kiem-tra-lai/", visit_preparing.follow_up, name="follow_up"),
    path("bien-ban/", record_pages.all_records, name="records"),
    path(_RECORD, record_pages.detail, name="record"),
    path(f"{_RECORD}in/", record_pages.printed, name="print_record"),
    path(f"{_RECORD}sua/", record_writing.edit, name="edit_record"),
    path(f"{_RECORD}phat-hien/", record_writing.add_findings, name="add_findings"),
    path(f"{_RECORD}phat-hien/<int:item>/", record_writing.finding, name="finding"),
    path(f"{_RECORD}tai-lieu/", record_writing.add_exhibits, name="add_exhibits"),
    path(f"{_RECORD}bo-tai-lieu/", record_writing.remove_exhibit, name="remove_exhibit"),
    path(f"{_RECORD}gui/", record_acts.send, name="send_record"),
    path(f"{_RECORD}lay-lai/", record_acts.take_back, name="take_back_record"),
    path(f"{_RECORD}y-kien/", record_acts.give_opinion, name="give_opinion"),
    path(f"{_RECORD}ky/", record_acts.sign, name="sign_record"),
    path(f"{_RECORD}hoan-thanh/", record_acts.finalise, name="finalise_record"),
    path(f"{_RECORD}bo/", record_acts.drop, name="drop_record"),
    path(f"{_RECORD}vo-hieu/", record_acts.void, name="void_record"),
    path(f"{_RECORD}dinh-chinh/", record_acts.correct, name="correct_record"),
    path("tep/<uuid:public_id>/", record_pages.exhibit, name="exhibit"),
    path("ke-hoach/", plans.all_plans, name="plans"),
    path("ke-hoach/moi/", plans.draft, name="draft_plan"),
    path("ban-do/", plans.coverage_map, name="coverage"),
    path("chung-cu/", evidence.pack, name="evidence"),
    path(f"{_RECORD}chung-cu/", evidence.record_pack, name="record_evidence"),
    path(_PLAN, plans.plan, name="plan"),
    path(f"{_PLAN}in/", plans.printed, name="print_plan"),
    path(f"{_PLAN}sua/", plans.edit, name="edit_plan"),
    path(f"{_PLAN}chon/", plans.select, name="select_agencies"),
    path(f"{_PLAN}them/", plans.add, name="add_agency"),
    path(f"{_PLAN}muc/<int:item>/", plans.item, name="plan_item"),
    path(f"{_PLAN}duyet/", plans.approve, name="approve_plan"),
    path("", include(duty_urls)),
]
