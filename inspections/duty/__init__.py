"""What follows from lateness and from records: explanation, conclusion, remedy, proposal, decision.

The order cannot be turned round: nothing is finalised, concluded or proposed about a person who was
not asked first and has neither answered nor let the limit pass (domain.md §9 item 8). Every verb
locks its row, asks policy, state and version, writes, and enters it in the ledger.

    late limits → record (drafting) → explanation asked → answered or silent → finalised
        → conclusion → recommendations → remedy reported → accepted, or a new round
        → proposal: drafted → put to the director → endorsed → decided by a City leader → result
"""

from inspections.duty.acting import NotSettled, Stale, TooEarly, Unfit, WrongState
from inspections.duty.concluding import Asked, conclude, judge_remedy, report_remedy
from inspections.duty.deciding import (
    AlreadyDecided,
    Verdict,
    ask_more_time,
    decide,
    decide_more_time,
    enter_result,
)
from inspections.duty.explaining import (
    Answer,
    answer_explanation,
    ask_explanation,
    record_silence,
)
from inspections.duty.lateness import (
    Period,
    Recorded,
    Remarks,
    draw_up,
    drop,
    edit_record,
    finalise,
    void,
)
from inspections.duty.proposing import (
    Draft,
    draft_fresh,
    draft_proposal,
    edit_proposal,
    endorse,
    propose,
    return_proposal,
    withdraw,
)

__all__ = [
    "AlreadyDecided",
    "Answer",
    "Asked",
    "Draft",
    "NotSettled",
    "Period",
    "Recorded",
    "Remarks",
    "Stale",
    "TooEarly",
    "Unfit",
    "Verdict",
    "WrongState",
    "answer_explanation",
    "ask_explanation",
    "ask_more_time",
    "conclude",
    "decide",
    "decide_more_time",
    "draft_fresh",
    "draft_proposal",
    "draw_up",
    "drop",
    "edit_proposal",
    "edit_record",
    "endorse",
    "enter_result",
    "finalise",
    "judge_remedy",
    "propose",
    "record_silence",
    "report_remedy",
    "return_proposal",
    "void",
    "withdraw",
]
