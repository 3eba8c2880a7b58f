"""An expected "no": said to the member, nothing written."""


class Refusal(Exception):
    """Raised by services and handlers; the edge rolls back and says `text` (Chinese) to whoever asked."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
