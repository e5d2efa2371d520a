"""Home Affairs' desk: the files that its rows keep for ever."""

from django.apps import AppConfig

from accounts import kept_files
from inspections.pinned import pin_proposals, pin_records, pin_what_followed


class InspectionsConfig(AppConfig):
    name = "inspections"

    def ready(self) -> None:
        kept_files.keep("inspections.Exhibit")
        kept_files.keep("inspections.RemedyFile")
        pin_records()
        pin_proposals()
        pin_what_followed()
