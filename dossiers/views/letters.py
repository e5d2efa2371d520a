"""Letters about late time limits: the register, one letter, a reminder, an apology."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import step_up, unfinished
from accounts.actors import Actor
from accounts.pages import page
from accounts.paging import numbered
from accounts.pressing import BOTH, earlier_result, press, say_kept
from accounts.refusals import Conflict, NotAllowed, Refused
from accounts.rights import allows
from agencies.dates import local_day
from agencies.models import Agency
from deadlines.calendar import CalendarNotPublished
from deadlines.listing import lines
from deadlines.models import TimeLimit
from deadlines.moments import Moment
from deadlines.published import published
from deadlines.views import not_published_sentence
from deadlines.wording import chip, day_text
from documents.handing_out import layout_response, paper_response
from documents.issuing import AlreadyVoid, Faulty
from documents.lint import faults
from dossiers import letter_papers, news, policies
from dossiers import transitions as verbs
from dossiers.letter_forms import ApologyForm, ReminderForm, VoidLetterForm, choice_of, usual_day
from dossiers.letter_papers import JOINS, Asked
from dossiers.models import Dossier, Letter
from dossiers.views.acting import Act, dossier_of, perform
from dossiers.views.adjusting_words import Offers

PAGE_SIZE = 50
_READ = ("paper__series__holder", "paper__issued_by", "paper__void__by", "agency", "dossier")


@page("window_view")
def letters(request: HttpRequest) -> HttpResponse:
    """The letters that this person may see, the newest first."""
    found = Letter.objects.visible_to(request.actor).select_related(*_READ).newest_first()
    context = {
        "page": numbered(found.annotate(about=Count("limits")), request.GET, size=PAGE_SIZE),
        "may_remind": allows(request.actor, "remind"),
    }
    return render(request, "dossiers/letters.html", context)


@page("window_view")
def letter(request: HttpRequest, public_id: Any) -> HttpResponse:
    """One letter: its number, what it asks for, the limits it is about and how they stand."""
    row = _letter(request, public_id)
    limits = row.limits.visible_to(request.actor).for_list().order_by("due_at", "pk")
    moment = Moment(request.now, published().calendar)
    context = {
        "letter": row,
        "lines": lines(limits, moment),
        "asked_text": day_text(row.asked_on),
        "may_void": policies.may_void_letter(request.actor, row) and not hasattr(row.paper, "void"),
    }
    return render(request, "dossiers/letter.html", context)


@page("window_view")
def printed(request: HttpRequest, public_id: Any) -> HttpResponse:
    """The letter as PDF, or as DOCX to edit (``?dang=docx``)."""
    return paper_response(request, _letter(request, public_id).paper)


@page("letter_void", BOTH)
def void(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Declare a reminder letter void, with a reason and the password."""
    row = _letter(request, public_id)
    if not policies.may_void_letter(request.actor, row):
        raise NotAllowed(_("Your post does not carry this right."))
    if earlier := earlier_result(request):
        return earlier
    kept = unfinished.take(request) if request.method != "POST" else None
    data = request.POST if request.method == "POST" else kept
    form = VoidLetterForm(data, by=request.actor, now=request.now)
    step_up.ask(request, form)
    conflict, status = "", 200
    if kept:
        say_kept(request)
    elif hasattr(row.paper, "void"):
        conflict, status = _("This paper was already declared void."), 409
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return press(request, form, lambda: _void(request, row, form), _VOID)
            except AlreadyVoid as refusal:
                conflict, status = refusal.sentence, 409
    told = news.lines(news.agency_posts(row.agency_id, request.now))
    context = {"letter": row, "form": form, "conflict": conflict, "told": told}
    return render(request, "dossiers/void_letter.html", context, status=status)


_VOID = gettext_lazy("The letter is void; its number and text stay. The agency is told.")


def _void(request: HttpRequest, row: Letter, form: VoidLetterForm) -> str:
    verbs.void_letter(row, reason=form.cleaned_data["reason"], by=request.actor, now=request.now)
    return reverse("dossiers:letter", args=[row.public_id])


def _letter(request: HttpRequest, public_id: Any) -> Letter:
    found = Letter.objects.visible_to(request.actor).select_related(*_READ)
    return get_object_or_404(found, public_id=public_id)


def about(dossier: Dossier, by: Actor) -> list[Letter]:
    """The letters about a dossier that a person may see, the newest first; one query."""
    found = Letter.objects.visible_to(by).filter(
        Q(dossier=dossier) | Q(limits__subject_code=dossier.code)
    )
    return list(found.select_related("paper__void", "agency").newest_first().distinct())


def with_letters(offered: Offers, by: Actor, limits: Sequence[TimeLimit], moment: Moment) -> Offers:
    """The offers with the letters that a person may write about what is late; no query."""
    for limit in limits:
        if limit.met_at is not None:
            continue
        overdue = limit.is_overdue(moment.now)
        if overdue and allows(by, "remind"):
            url = reverse("dossiers:remind_agency", args=[limit.agency.code])
            label = _("Write a reminder letter")
            offered.actions.append((label, f"{url}?han={limit.pk}", "secondary"))
        late = overdue or limit.due_on == moment.today
        late = late and limit.rule.code == "agency_report"
        if late and allows(by, "apology_issue", limit.agency_id):
            url = reverse("dossiers:apologise", args=[limit.subject_code])
            offered.actions.append((_("Apologise and name a new day"), url, "secondary"))
    return offered


# --- reminder -------------------------------------------------------------------------------------


@page("remind")
def choose_agency(request: HttpRequest) -> HttpResponse:
    """The agencies that owe something late, the most first: to which one a letter goes."""
    late = verbs.late_anywhere(request.now).visible_to(request.actor).order_by()
    rows = (
        late.filter(agency__in=Agency.objects.as_of(local_day(request.now)))
        .values("agency__code", "agency__name")
        .annotate(late=Count("pk"), oldest=Min("due_on"))
        .order_by("-late", "oldest", "agency__code")
    )
    return render(request, "dossiers/remind_choose.html", {"rows": rows[:200]})


@page("remind", BOTH)
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """Write a reminder letter to one agency: drafted from its late limits, looked at, issued."""
    agency = get_object_or_404(Agency.objects.as_of(local_day(request.now)), code=code)
    if earlier := earlier_result(request):
        return earlier
    late = list(verbs.late_of(agency, request.now).select_related(*JOINS))
    kept = unfinished.take(request) if request.method != "POST" else None
    data = request.POST if request.method == "POST" else kept
    args: dict[str, Any] = {"by": request.actor, "now": request.now, "late": late}
    conflict, status = "", 200
    try:
        if data is None:
            form = ReminderForm(initial=_drafted(request, agency, late), **args)
        elif data.get("viec") == "soan-lai":
            form = _redrafted(request, agency, ReminderForm(data, **args))
        else:
            form = ReminderForm(data, **args)
            if kept:
                say_kept(request)
            elif form.is_valid() and data.get("viec") == "xem":
                draft = letter_papers.reminder(
                    agency, form.chosen(), form.asked(), by=request.actor, now=request.now
                )
                return layout_response(request, draft, f"du-thao-{agency.code}")
            elif form.is_valid():
                return press(request, form, lambda: _issue(request, agency, form), _ISSUED)
            elif (earlier := earlier_result(request)) is not None:
                return earlier
            elif _no_longer_late(form):
                conflict, status = str(form.fields["limits"].error_messages["invalid_choice"]), 409
            else:
                status = 422
    except Conflict as refusal:
        conflict, status = refusal.sentence, 409
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(getattr(refusal, "field", None), refusal.sentence)
        status = 422
    except CalendarNotPublished as refusal:
        form = ReminderForm(data or {}, **args)
        form.add_error(None, not_published_sentence(refusal))
        status = 422
    return _show(request, agency, form, late, conflict, status)


_ISSUED = gettext_lazy("The letter is issued under its number; the agency is told.")


def _issue(request: HttpRequest, agency: Agency, form: ReminderForm) -> str:
    row = verbs.remind_by_letter(
        agency,
        limits=form.cleaned_data["limits"],
        asked=form.asked(),
        by=request.actor,
        now=request.now,
    )
    return reverse("dossiers:letter", args=[row.public_id])


def _drafted(request: HttpRequest, agency: Agency, late: list[TimeLimit]) -> dict[str, Any]:
    """A new form: the limits that the address names, else all, and the text for them."""
    wanted = set(request.GET.getlist("han"))
    chosen = [limit for limit in late if str(limit.pk) in wanted] or late
    chosen = chosen[: verbs.MOST_IN_A_LETTER]
    day = usual_day(local_day(request.now))
    return {"explain": True, **_text(request, agency, chosen, day, explain=True)}


def _redrafted(request: HttpRequest, agency: Agency, form: ReminderForm) -> ReminderForm:
    """The form with the text for what is chosen now; the text that was there falls away."""
    form.fields["text"].required = False
    form.full_clean()
    form.errors.pop("text", None)
    if form.errors:
        return form
    data = form.cleaned_data
    fresh = _text(request, agency, form.chosen(), data["new_due_on"], explain=data["explain"])
    typed = form.data.copy()
    typed["text"], typed["drafted_for"] = fresh["text"], fresh["drafted_for"]
    again = ReminderForm(typed, by=form.by, now=form.now, late=form.late)
    again.full_clean()
    return again


def _text(
    request: HttpRequest,
    agency: Agency,
    chosen: list[TimeLimit],
    day: date | None,
    *,
    explain: bool,
) -> dict[str, Any]:
    keys = [limit.pk for limit in chosen]
    if not chosen or day is None:
        return {"limits": keys, "new_due_on": day, "text": "", "drafted_for": ""}
    asked = Asked(day, explain)
    text = letter_papers.drafted(agency, chosen, asked, by=request.actor, now=request.now)
    drafted_for = choice_of(keys, day, explain=explain)
    return {"limits": keys, "new_due_on": day, "text": text, "drafted_for": drafted_for}


def _no_longer_late(form: ReminderForm) -> bool:
    """Whether a limit was chosen that is none of those late now."""
    found = form.errors.as_data().get("limits", [])
    return any(error.code == "invalid_choice" for error in found)


def _show(
    request: HttpRequest,
    agency: Agency,
    form: ReminderForm,
    late: list[TimeLimit],
    conflict: str,
    status: int,
) -> HttpResponse:
    moment = Moment(request.now, published().calendar)
    chosen = {str(key) for key in form["limits"].value() or ()}
    context = {
        "agency": agency,
        "form": form,
        "conflict": conflict,
        "lines": [
            {
                "key": limit.pk,
                "chosen": str(limit.pk) in chosen,
                "code": limit.subject_code,
                "title": limit.subject_title,
                "rule": limit.rule.name,
                "chip": chip(limit, now=moment.now, calendar=moment.calendar),
            }
            for limit in late
        ],
        "faults": _faults(request, agency, form, late),
        "told": news.lines(news.agency_posts(agency.pk, request.now)),
    }
    return render(request, "dossiers/remind.html", context, status=status)


def _faults(
    request: HttpRequest, agency: Agency, form: ReminderForm, late: list[TimeLimit]
) -> list[Any]:
    """The faults of the letter as it stands in the form; none while it cannot be built."""
    text, day = form["text"].value(), form.initial.get("new_due_on")
    if form.is_bound:
        day = form.cleaned_data.get("new_due_on")
    keys = {str(key) for key in form["limits"].value() or ()}
    chosen = [limit for limit in late if str(limit.pk) in keys]
    if not (text and day and chosen):
        return []
    asked = Asked(day, text=text)
    found = faults(letter_papers.reminder(agency, chosen, asked, by=request.actor, now=request.now))
    # what stopped the press stands above the form already
    return [one for one in found if not (one.blocking and form.errors)]


# --- apology --------------------------------------------------------------------------------------


@page("apology_issue", BOTH)
def apologise(request: HttpRequest, code: str) -> HttpResponse:
    """Issue the slip of apology with a new day to whoever waits for the result."""
    dossier = dossier_of(request, code)
    received = dossier.letter_on or local_day(dossier.created_at)
    act = Act(
        verb="apologise",
        title=gettext_lazy("Apologise and name a new day"),
        button=gettext_lazy("Issue the slip"),
        form=ApologyForm,
        done=gettext_lazy("The slip is issued under its number."),
        text=gettext_lazy(
            "For a dossier behind which a citizen or a business waits. The slip gets the next "
            "number of the agency and cannot be changed afterwards. The time limit of the agency "
            "stays as it is."
        ),
        refused={Faulty: None, verbs.Apologised: None, verbs.LetterUnfit: None},
    )

    return perform(
        request,
        dossier,
        act,
        lambda form: verbs.apologise(
            dossier,
            said=form.said(),
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        ),
        initial={"matter": dossier.matter, "received_on": received},
    )
