"""What happened after a record, in the words of the timeline."""

from typing import Any

from django.utils.translation import gettext_lazy

#: Action → its sentence and its icon; ``inspections.story`` tells them.
SENTENCES: dict[str, tuple[Any, str]] = {
    "record_explanation_asked": (gettext_lazy("Asked the person for an explanation"), "return"),
    "record_explained": (gettext_lazy("Gave the explanation"), "send"),
    "record_silence": (gettext_lazy("Recorded that no explanation came"), "warning"),
    "record_concluded": (gettext_lazy("Issued the notice of conclusions"), "stamp"),
    "remedy_reported": (gettext_lazy("Reported on the remedy"), "send"),
    "remedy_judged": (gettext_lazy("Judged the report on the remedy"), "check"),
    "proposal_drafted": (gettext_lazy("Drafted the proposal"), "edit"),
    "proposal_edited": (gettext_lazy("Changed the proposal"), "edit"),
    "proposal_proposed": (gettext_lazy("Put the proposal to the director"), "send"),
    "proposal_returned": (gettext_lazy("Returned the proposal"), "return"),
    "proposal_withdrawn": (gettext_lazy("Withdrew the proposal"), "close"),
    "proposal_endorsed": (gettext_lazy("Put the proposal to the City leadership"), "stamp"),
    "proposal_decided": (gettext_lazy("Decided on the proposal"), "stamp"),
    "decision_carried_out": (gettext_lazy("Entered the result of the decision"), "check"),
    "processing_extension_asked": (gettext_lazy("Asked for more time"), "calendar"),
}
