from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from lineage_site import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
for prefix, module in (("api/", "apps.api.urls"), ("", "apps.web.urls")):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
