"""From a plan to a final record in the browser, and who sees what on the way."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Message
from inspections.models import Inspection, Plan, Record, Signature
from ledger.models import Event
from tests.dossiers.desk import fields, in_english, pdf, text_of
from tests.inspections.desk import LONG_AGO
from tests.world import NOW

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def press(browser, view, args, **changes):
    """Open a page, fill its form, press the button."""
    address = reverse(view, args=args)
    response = browser.get(address)
    assert response.status_code == 200, (view, response.status_code, text_of(response)[:600])
    return browser.post(address, {**fields(response), **changes})


class TestJourney:
    """A dossier is late; Hoa inspects, Hùng answers, the record is final."""

    def test_from_a_plan_to_a_final_record(self, desk, sign_in, wall_clock):
        desk.world.directed(LONG_AGO)
        hoa, quang, hung = (sign_in(user) for user in (desk.hoa, desk.quang, desk.world.hung))
        made = press(
            hoa,
            "inspections:draft_plan",
            [],
            kind="yearly",
            year="2026",
            title="Kiểm tra công vụ năm 2026",
            by_risk="2",
            by_chance="1",
        )
        plan = Plan.objects.get()
        assert made.headers["Location"] == reverse("inspections:plan", args=[plan.code])
        press(hoa, "inspections:select_agencies", [plan.code])
        press(
            hoa,
            "inspections:add_agency",
            [plan.code],
            agency="phuong hoan kiem",
            month="12",
            reason="Báo chí phản ánh.",
        )
        plan.refresh_from_db()
        assert plan.items.count() in {3, 4}
        press(quang, "inspections:approve_plan", [plan.code])
        plan.refresh_from_db()
        assert plan.state == Plan.State.APPROVED and plan.paper.ref == "01/KH-SNV"
        assert (
            quang.get(reverse("inspections:print_plan", args=[plan.code])).content[:5] == b"%PDF-"
        )

        item = plan.items.filter(agency=desk.world.ward).first()
        address = reverse("inspections:prepare") + f"?muc={item.pk}"
        form = fields(hoa.get(address))
        response = hoa.post(
            address,
            {
                **form,
                "announced": "yes",
                "planned_on": "27/11/2026",
                "period_from": "01/10/2026",
                f"team_{desk.hoa.pk}": "lead",
                f"team_{desk.nga.pk}": "secretary",
            },
        )
        assert response.status_code == 302, text_of(response)
        inspection = Inspection.objects.get()
        args = [inspection.public_id]
        assert hung.get(reverse("inspections:detail", args=args)).status_code == 404
        press(quang, "inspections:decide_visit", args, days="2")
        assert hung.get(reverse("inspections:detail", args=args)).status_code == 200

        later = NOW + timedelta(days=2)
        wall_clock(later)
        hoa, hung = sign_in(desk.hoa), sign_in(desk.world.hung)
        press(hoa, "inspections:open_visit", args)
        press(hoa, "inspections:draw_sample", args, size="10")
        response = press(hoa, "inspections:raise_records", args)
        record = Record.objects.get()
        assert response.headers["Location"] == reverse(
            "inspections:record", args=[record.public_id]
        )
        args = [record.public_id]
        press(
            hoa,
            "inspections:edit_record",
            args,
            place="Trụ sở UBND phường",
            started_at="09:00 27/11/2026",
            ended_at="11:00 27/11/2026",
            inspected="Nguyễn Văn Hùng, Chủ tịch UBND phường",
            method="Rút ngẫu nhiên.",
        )
        finding = record.findings.get()
        press(
            hoa, "inspections:finding", [record.public_id, finding.pk], note="Không có sổ theo dõi."
        )
        press(hoa, "inspections:add_exhibits", args, caption="Sổ công văn", exhibits=pdf("so.pdf"))
        press(hoa, "inspections:send_record", args)
        assert Message.objects.filter(recipient=desk.world.hung, kind="record_sent").count() == 1
        press(
            hung,
            "inspections:give_opinion",
            args,
            opinion="disagrees",
            text="Chờ ý kiến Sở Tài chính.",
        )
        for _side in Signature.Side:
            press(
                hoa, "inspections:sign_record", args, signed_on="27/11/2026", name="Ông A", post="X"
            )
        press(hoa, "inspections:finalise_record", args)
        record.refresh_from_db()
        assert record.state == Record.State.FINALISED and record.paper.ref == "01/BB-SNV"
        page = text_of(hung.get(reverse("inspections:record", args=args)))
        assert "Chờ ý kiến Sở Tài chính." in page and "01/BB-SNV" in page
        printed = hung.get(reverse("inspections:print_record", args=args))
        assert printed.content[:5] == b"%PDF-"
        exhibit = record.exhibits.get()
        kept = hung.get(reverse("inspections:exhibit", args=[exhibit.public_id]))
        assert b"".join(kept.streaming_content).startswith(b"%PDF")
        how = list(
            Event.objects.filter(action="record_opened", actor_id=desk.world.hung.pk)
            .order_by("pk")
            .values_list("after__how", flat=True)
        )
        assert how == ["view", "pdf", f"exhibit {exhibit.public_id}"]

    def test_one_press_from_the_overdue_list(self, desk, sign_in):
        desk.world.directed(LONG_AGO)
        hoa = in_english(sign_in(desk.hoa))
        address = f"{reverse('inspections:from_overdue')}?don-vi={desk.world.ward.pk}"
        page = hoa.get(address)
        assert "HS2026-00001" in text_of(page)
        response = hoa.post(address, fields(page))
        inspection = Inspection.objects.get()
        assert response.headers["Location"] == reverse(
            "inspections:detail", args=[inspection.public_id]
        )
        assert inspection.trigger == Inspection.Trigger.SIGNAL and not inspection.announced
        assert "HS2026-00001" in inspection.evidence
        assert inspection.period_from == date(2026, 10, 12)
        assert [one.user for one in inspection.team.all()] == [desk.hoa]

    def test_the_press_stands_on_the_list_of_limits_of_one_agency_for_inspectors(
        self, desk, sign_in
    ):
        ward = desk.world.ward
        address = f"/thoi-han/?tinh-trang=qua-han&don-vi={ward.pk}"
        link = f"{reverse('inspections:from_overdue')}?don-vi={ward.pk}"
        assert link in sign_in(desk.hoa).get(address).content.decode()
        assert link not in sign_in(desk.hoa).get("/thoi-han/").content.decode()
        for user in (desk.quang, desk.world.minh, desk.world.hung, desk.world.an):
            assert link not in sign_in(user).get(address).content.decode()
