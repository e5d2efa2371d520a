"""What a verb answers when it does not act. Views show the sentence; nothing was changed."""


class Refused(Exception):
    """The act does not fit the facts; the sentence says what to do."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class Conflict(Refused):
    """Something happened meanwhile: the row is no longer what the person saw (HTTP 409)."""


class NotAllowed(Refused):
    """The post does not carry this right (HTTP 403)."""
