"""Official papers: what the ledger pins of them."""

from django.apps import AppConfig

from documents import digests


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        digests.pin_papers()
