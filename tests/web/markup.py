"""What a page really contains, as a browser would read it."""

from html.parser import HTMLParser


class Markup(HTMLParser):
    """Collects what text from outside must never become."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.handlers: list[str] = []
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self.images: list[str] = []
        self.isolated: list[str] = []
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        if (tag == "script" and "src" not in given) or tag == "style":
            self.inline.append(tag)
        if tag == "img":
            self.images.append(str(given.get("src")))
        for name in ("href", "src", "action", "formaction", "hx-get"):
            self.addresses.append(given.get(name) or "")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "bdi" in self._open:
            self.isolated.append(data)

    @property
    def dangers(self) -> list[str]:
        """Everything that would run."""
        running = [one for one in self.addresses if one.strip().lower().startswith("javascript:")]
        return self.handlers + self.inline + self.images + running
