"""As much of GraphQL as a server needs to answer with what was asked for, and nothing else."""

import re
from typing import Any

_TOKEN = re.compile(r"\.\.\.|[A-Za-z_]\w*|[{}()@:]|\"[^\"]*\"|#[^\n]*|[^\s]")

Selection = dict[str, "Asked"]
Asked = tuple[str, Selection]
"""The name by which it is answered, then the field's own name and what is asked of it."""


class _Parser:
    def __init__(self, query: str) -> None:
        self.tokens: list[str] = [one for one in _TOKEN.findall(query) if not one.startswith("#")]
        self.place = 0
        self.fragments: dict[str, Selection] = {}

    def here(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def skip_round(self) -> None:
        if self.here() == "(":
            depth = 0
            while True:
                depth += {"(": 1, ")": -1}.get(self.take(), 0)
                if not depth:
                    return

    def skip_directives(self) -> None:
        while self.here() == "@":
            self.take(), self.take()
            self.skip_round()

    def document(self) -> Selection:
        found: Selection = {}
        while self.here():
            word, name = self.take(), self.take()
            self.skip_round()
            while self.here() != "{":
                self.take()
            selection = self.selection()
            if word == "fragment":
                self.fragments[name] = selection
            else:
                found = selection
        return self.spread(found)

    def selection(self) -> Selection:
        found: Selection = {}
        assert self.take() == "{"
        while self.here() != "}":
            name = self.take()
            if name == "...":
                if self.here() == "on":
                    self.take(), self.take()
                    found |= self.selection()
                else:
                    found[f"...{self.take()}"] = ("", {})
                self.skip_directives()
                continue
            field = name
            if self.here() == ":":
                self.take()
                field = self.take()
            self.skip_round()
            self.skip_directives()
            found[name] = (field, self.selection() if self.here() == "{" else {})
        self.take()
        return found

    def spread(self, selection: Selection) -> Selection:
        found: Selection = {}
        for name, (field, below) in selection.items():
            if name.startswith("..."):
                found |= self.spread(self.fragments[name[3:]])
            else:
                found[name] = (field, self.spread(below))
        return found


def selected(query: str) -> Selection:
    """What a document asks for, its fragments put in their places."""
    return _Parser(query).document()


def chosen(value: Any, selection: Selection) -> Any:
    """Of a value only what is asked for. A field it does not have is an error of the test."""
    if isinstance(value, list):
        return [chosen(one, selection) for one in value]
    if not isinstance(value, dict) or not selection:
        return value
    return {name: chosen(value[field], below) for name, (field, below) in selection.items()}
