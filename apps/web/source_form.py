"""The form of a source."""

from typing import Any

from django import forms

from apps.ingest.connectors import KINDS
from apps.ingest.models import Source
from apps.ingest.services import SourceSettings

EVERY = {
    15: "every 15 minutes",
    60: "every hour",
    360: "every 6 hours",
    1440: "every day",
    10080: "every week",
}
BY_HAND = "only when somebody asks"
ARROW = "="


class SourceForm(forms.Form):
    """What a person decides of a source. Empty credentials leave those that are kept."""

    where = forms.CharField(
        max_length=2000,
        label="Where",
        help_text="A URL, or the path of a file or folder on the server.",
        error_messages={"required": "Say where it is to be read."},
    )
    owner = forms.CharField(
        required=False,
        max_length=200,
        label="Owner",
        help_text="The person or team to ask when it cannot be read.",
    )
    description = forms.CharField(
        required=False, label="What it is", widget=forms.Textarea(attrs={"rows": 2})
    )
    secret = forms.CharField(
        required=False,
        strip=False,
        label="Credentials",
        help_text="A token, or user:password. Kept encrypted and never shown again.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    forget_secret = forms.BooleanField(required=False, label="Forget the credentials that are kept")
    secret_variable = forms.CharField(
        required=False,
        label="Or a variable that holds them",
        help_text="An environment variable of the workers that begins with SOURCE_SECRET_.",
    )
    every_minutes = forms.ChoiceField(required=False, label="Read it")
    stale_after_minutes = forms.IntegerField(
        required=False,
        label="Stale after so many minutes",
        help_text="Without a complete import. Empty: three of its intervals.",
    )
    namespaces = forms.CharField(
        required=False,
        label="Namespaces",
        help_text="One a line: theirs = ours. One of theirs that ends in * maps all that begin so.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    is_paused = forms.BooleanField(required=False, label="Paused: not read on schedule")

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        if source is not None:
            kwargs["initial"] = _initial(source)
        super().__init__(*args, **kwargs)
        every = dict(EVERY)
        if source is None or not source.secret:
            del self.fields["forget_secret"]
        if source and source.every_minutes:
            every.setdefault(source.every_minutes, f"every {source.every_minutes:,} minutes")
        choices = [("", BY_HAND), *((str(key), words) for key, words in sorted(every.items()))]
        self.fields["every_minutes"].choices = choices  # type: ignore[attr-defined]
        if source and source.secret:
            self.fields["secret"].help_text = "Some are kept. Leave this empty to keep them."

    def clean_namespaces(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, text in enumerate(self.cleaned_data["namespaces"].splitlines(), start=1):
            theirs, arrow, ours = text.partition(f" {ARROW} ")
            if not text.strip():
                continue
            if not arrow or not theirs.strip() or not ours.strip():
                raise forms.ValidationError(
                    f"Line {number} is not of the form “theirs = ours”, spaces included."
                )
            found[theirs.strip()] = ours.strip()
        return found

    def settings(self) -> SourceSettings:
        """What was filled in, once it is valid."""
        said = self.cleaned_data
        forgotten = "" if said.get("forget_secret") else None
        return SourceSettings(
            where=said["where"],
            owner=said["owner"],
            description=said["description"],
            secret=said["secret"] or forgotten,
            secret_variable=said["secret_variable"],
            namespaces=said["namespaces"],
            every_minutes=int(said["every_minutes"]) if said["every_minutes"] else None,
            stale_after_minutes=said["stale_after_minutes"],
            is_paused=said["is_paused"],
        )

    def blame(self, path: str, message: str) -> None:
        """Put an error beside the field that a service named."""
        name = path.removeprefix("$.").partition("[")[0]
        self.add_error(name if name in self.fields else None, message)


class NewSourceForm(SourceForm):
    """The same, with what cannot be changed later."""

    name = forms.CharField(
        max_length=64,
        label="Name",
        help_text="Small letters, digits and hyphens, such as mlflow-prod. It cannot be changed.",
        error_messages={"required": "Give it a name."},
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose what it is"), *((one, told.title) for one, told in KINDS.items())],
        error_messages={"required": "Choose what it is."},
    )
    field_order = ("name", "kind")


def _initial(source: Source) -> dict[str, Any]:
    names = ("where", "owner", "description", "secret_variable", "stale_after_minutes", "is_paused")
    mapped = (f"{theirs} {ARROW} {ours}" for theirs, ours in source.namespaces.items())
    return {
        **{name: getattr(source, name) for name in names},
        "every_minutes": str(source.every_minutes or ""),
        "namespaces": "\n".join(mapped),
    }
