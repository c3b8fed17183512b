from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from lineage_site import health

admin.site.site_header = admin.site.site_title = "Model Lineage: governance desk"
admin.site.index_title = "What there is to review"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/", include("apps.api.urls")),
    path("marquez/api/", include("apps.api.marquez.urls")),
    path("", include("apps.web.urls")),
]

handler400 = "apps.web.errors.bad_request"
