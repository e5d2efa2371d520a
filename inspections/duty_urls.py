"""Addresses of what follows from lateness and from records, within those of inspections."""

from django.urls import path

from inspections.views.duty import (
    desk,
    own,
    proposal_acts,
    proposals,
    record_acts,
    records,
    remedies,
)

_RECORD = "trach-nhiem/bien-ban/<uuid:public_id>"
_PROPOSAL = "trach-nhiem/de-xuat/<uuid:public_id>"
_REMEDY = "trach-nhiem/kien-nghi/<uuid:public_id>"

urlpatterns = [
    path("trach-nhiem/", desk.pipeline, name="pipeline"),
    path("trach-nhiem/cua-toi/", own.mine, name="mine"),
    path("trach-nhiem/tin-hieu/", desk.signals, name="signals"),
    path("trach-nhiem/lap-bien-ban/", desk.draw_up, name="draw_up_lateness"),
    path("trach-nhiem/viec/<str:code>/", own.subject, name="subject"),
    path("trach-nhiem/viec/<str:code>/gia-han/", proposal_acts.decide_more_time,
         name="decide_more_time"),
    path("trach-nhiem/tep/<uuid:public_id>/", own.file, name="duty_file"),
    path("trach-nhiem/van-ban/<uuid:public_id>/", own.paper, name="duty_paper"),
    path("trach-nhiem/bien-ban/", desk.records, name="duty_records"),
    path(f"{_RECORD}/", records.detail, name="duty_record"),
    path(f"{_RECORD}/yeu-cau-giai-trinh/", record_acts.ask_explanation, name="ask_explanation"),
    path(f"{_RECORD}/giai-trinh/", record_acts.answer_explanation, name="answer_explanation"),
    path(f"{_RECORD}/khong-giai-trinh/", record_acts.record_silence, name="record_silence"),
    path(f"{_RECORD}/nhan-xet/", record_acts.edit_remarks, name="edit_remarks"),
    path(f"{_RECORD}/hoan-thanh/", record_acts.finalise_lateness, name="finalise_lateness"),
    path(f"{_RECORD}/thoi-lap/", record_acts.drop_lateness, name="drop_lateness"),
    path(f"{_RECORD}/huy/", record_acts.void_lateness, name="void_lateness"),
    path(f"{_RECORD}/ket-luan/", record_acts.conclude, name="conclude_record"),
    path(f"{_RECORD}/de-xuat/", record_acts.draft_proposal, name="draft_proposal"),
    path("trach-nhiem/kien-nghi/", remedies.remedies, name="remedies"),
    path(f"{_REMEDY}/", remedies.remedy, name="remedy"),
    path(f"{_REMEDY}/bao-cao/", remedies.report_remedy, name="report_remedy"),
    path(f"{_REMEDY}/danh-gia/", remedies.judge_remedy, name="judge_remedy"),
    path("trach-nhiem/de-xuat/", proposals.proposals, name="proposals"),
    path(f"{_PROPOSAL}/", proposals.proposal, name="proposal"),
    path(f"{_PROPOSAL}/sua/", proposal_acts.edit_proposal, name="edit_proposal"),
    path(f"{_PROPOSAL}/trinh-giam-doc/", proposal_acts.propose, name="put_proposal"),
    path(f"{_PROPOSAL}/rut/", proposal_acts.withdraw_proposal, name="withdraw_proposal"),
    path(f"{_PROPOSAL}/tra-lai/", proposal_acts.return_proposal, name="return_proposal"),
    path(f"{_PROPOSAL}/trinh-thanh-pho/", proposal_acts.endorse, name="endorse_proposal"),
    path(f"{_PROPOSAL}/quyet-dinh/", proposal_acts.decide, name="decide_proposal"),
    path(f"{_PROPOSAL}/ket-qua/", proposal_acts.enter_result, name="enter_result"),
    path(f"{_PROPOSAL}/xin-gia-han/", proposal_acts.ask_more_time, name="ask_more_time"),
    path(f"{_PROPOSAL}/thay-the/", proposal_acts.draft_fresh, name="draft_fresh"),
]  # fmt: skip
