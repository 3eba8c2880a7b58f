"""An expected "no": said to the member, nothing written."""


class Refusal(Exception):
    """Raised by services and handlers; the edge rolls back and says `text` (Chinese) to whoever asked."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Closed(Refusal):
    """A quarter takes nothing more: `what` says so, `text` also whom to tell. period: its code in buttons. place: which
    field was to be changed, by table, number and name; None: no single one.
    """

    def __init__(self, what: str, period: str, place: tuple[str, int, str] | None = None) -> None:
        super().__init__(f"{what}如有出入，请告知支部书记。")
        self.what, self.period, self.place = what, period, place

    def of(self, table: str, number: int, key: str) -> "Closed":
        return Closed(self.what, self.period, (table, number, key))


class Nothing(Refusal):
    """What this word answers (收到, 已阅) does not wait: whatever else does is offered instead.

    Without a text it may have been about anything: it is answered as what nobody understands.
    """

    def __init__(self, text: str, word: str) -> None:
        super().__init__(text)
        self.word = word
