"""The page on which the API can be read about and tried."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own files. Its scripts stand in files, so the site's CSP holds here."""
    return render(request, "api/docs.html")
