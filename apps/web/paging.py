"""Pages of long lists. The page and its size stand in the address, brought in range if wrong."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

SIZES = (25, 50, 100)


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = SIZES[0]
) -> Page[Any]:
    """The page that `?page=` and `?per_page=` ask for; nonsense is the first, too far the last."""
    asked = request.GET.get("per_page", "")
    chosen = next((each for each in SIZES if str(each) == asked), size)
    page = Paginator(rows, chosen).get_page(request.GET.get("page", "1")[:20])
    page.sizes = SIZES  # type: ignore[attr-defined]
    return page
