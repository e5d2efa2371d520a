"""A pack beside the ledger it came from: what only the database can tell."""

from itertools import islice

from inspections.evidence.verifying import LEDGER, MANIFEST, Fault, Report
from ledger.models import Event, Link

_CHUNK = 500
NOT_MADE = "sổ cái không ghi gói nào có bản kê này: gói đã bị lập lại, hoặc từ nơi khác"
OTHER_SEAL = "mắt xích {0}: sổ cái có mã khác"


def beside_the_ledger(report: Report) -> Report:
    """The report with what disagrees with the ledger of this installation.

    A pack rewritten as a whole agrees with itself, but the ledger knows no such manifest; a seal
    that was made up is not the one of its number.
    """
    made = Event.objects.filter(action="evidence_packed", after__manifest_sha256=report.manifest)
    faults = [] if report.manifest and made.exists() else [Fault(MANIFEST, NOT_MADE)]
    seals = iter(sorted(report.seals.items()))
    while chunk := list(islice(seals, _CHUNK)):
        kept = dict(
            Link.objects.filter(seq__in=[seq for seq, _said in chunk]).values_list("seq", "digest")
        )
        faults += [
            Fault(LEDGER, OTHER_SEAL.format(seq)) for seq, said in chunk if kept.get(seq) != said
        ]
    return report._replace(faults=[*report.faults, *faults])
