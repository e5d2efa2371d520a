"""An assigned task from the leader's phone to its completion, by way of a report sent back."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from dossiers.models import Task
from dossiers.task_results import TaskResult
from tests.browser.desk import vi
from tests.world import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT, PRODUCT = "Rà soát nhà chung cư cũ trên địa bàn", "Báo cáo kết quả rà soát"


def test_given_handed_on_reported_sent_back_reported_and_accepted(world, desk, wall_clock):
    minh = desk("minh", phone=True)
    minh.look("/nhiem-vu/")
    minh.follow(vi("Give tasks"))
    minh.write(vi("Number and symbol of the document"), "310/TB-UBND")
    first = minh.page.locator("main fieldset.form__group").first
    for label, value in (
        (vi("What is to be done"), TEXT),
        (vi("Product expected"), PRODUCT),
        (vi("Lead agency"), "hoan kiem"),
        (vi("Cooperating agencies"), world.other_ward.name),
        (vi("Due date in the document"), "07/12/2026"),
    ):
        first.get_by_label(label).fill(value)
    minh.press(vi("Look at the due dates first"))
    minh.sees("07/12/2026")
    minh.press(vi("Give the tasks"))
    minh.is_told(vi("The tasks are given; their time limits are running."))
    task = Task.objects.get()
    assert (task.lead, task.state) == (world.ward, Task.State.GIVEN)

    hung = desk("hung")
    hung.look("/ho-so/viec-cua-toi/", sees=vi("Your tasks that end later"))
    hung.page.locator("main").get_by_role("link", name=task.code).first.click()
    hung.follow(vi("Assign inside the agency"))
    hung.choose(vi("Officer"), str(world.lan.pk))
    hung.write(vi("Internal due date"), "03/12")
    hung.press(vi("Assign the task"))
    hung.is_told(vi("The task is assigned."))
    lan = desk("lan")
    lan.look(f"/nhiem-vu/{task.code}/", sees="03/12/2026")
    tuan = desk("tuan")  # cooperates: reads, and has no button
    tuan.look(f"/nhiem-vu/{task.code}/", sees=TEXT)
    expect(tuan.page.locator(".next__actions a")).to_have_count(0)

    wall_clock(NOW + timedelta(minutes=8))
    report(hung, task, "45/BC-UBND", "Đã rà soát 42 nhà.", "Báo cáo 45.pdf")
    minh.look("/ho-so/viec-cua-toi/", sees=task.code)
    minh.page.locator("main").get_by_role("link", name=task.code).first.click()
    minh.follow(vi("Send the report back"))
    minh.sees("Đã rà soát 42 nhà.", "Báo cáo 45.pdf")
    minh.write(vi("What is missing"), "Thiếu phụ lục danh mục nhà.")
    minh.write(vi("or number of working days"), "3")
    minh.press(vi("Look at the due date first"))
    minh.sees("30/11/2026")
    minh.press(vi("Send back and start a new time limit"))
    minh.is_told(vi("The report is sent back; the new time limit is running."))

    wall_clock(NOW + timedelta(minutes=16))
    hung.look("/hop-thu/", sees=task.code)
    report(hung, task, "52/BC-UBND", "Đã bổ sung phụ lục.", "Phụ lục.pdf")
    minh.look(f"/nhiem-vu/{task.code}/")
    minh.follow(vi("Accept the report"))
    minh.press(vi("Accept: the task is completed"))
    minh.is_told(vi("The task is completed."))
    minh.sees(str(TaskResult.DONE_EARLY.label), "Thiếu phụ lục danh mục nhà.", "45/BC-UBND")
    done = Task.objects.get()
    assert (done.state, done.round) == (Task.State.ACCEPTED, 2)
    hung.look("/nhiem-vu/?ket-qua=hoan-thanh-truoc-han", sees=task.code)


def report(hung, task: Task, ref: str, text: str, file: str) -> None:
    """The head reports on the task, with a paper."""
    hung.look(f"/nhiem-vu/{task.code}/")
    hung.follow(vi("Report on the task"))
    hung.write(vi("Number and symbol of the report"), ref)
    hung.write(vi("Date on the report"), "hôm nay")
    hung.write(vi("What was done, and the product"), text)
    hung.attach(vi("Files"), file)
    hung.press(vi("Send the report"))
    hung.is_told(vi("The report is sent. It waits for acceptance; the time limit is met."))
