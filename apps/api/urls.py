"""Every address under /api/. None redirects: a redirected POST would be lost."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import DefaultRouter

from apps.api.artifacts import ArtifactViews
from apps.api.batches import BatchView
from apps.api.conflicts import ConflictViews
from apps.api.connectedness import ConnectednessView
from apps.api.docs import docs
from apps.api.edges import EdgeViews
from apps.api.findings import FindingViews
from apps.api.flags import FlagViews
from apps.api.identifiers import IdentifierViews
from apps.api.imports import ImportViews
from apps.api.lineage import LineageView, LineageWithSlash
from apps.api.me import MeView
from apps.api.merges import MergeViews
from apps.api.obligations import ObligationViews
from apps.api.proposals import ProposalViews
from apps.api.reports import ReportViews
from apps.api.revisions import RevisionViews
from apps.api.sources import SourceViews
from apps.api.views import ID_PATTERN, UnknownAddress

app_name = "api"

router = DefaultRouter(trailing_slash=False)
router.include_format_suffixes = False
router.include_root_view = False
router.register("artifacts", ArtifactViews, basename="artifact")
router.register("edges", EdgeViews, basename="edge")
router.register("identifiers", IdentifierViews, basename="identifier")
router.register("revisions", RevisionViews, basename="revision")
router.register("conflicts", ConflictViews, basename="conflict")
router.register("merges", MergeViews, basename="merge")
router.register("proposals", ProposalViews, basename="proposal")
router.register("flags", FlagViews, basename="flag")
router.register("reports", ReportViews, basename="report")
router.register(f"reports/(?P<report>{ID_PATTERN})/findings", FindingViews, basename="finding")
router.register("obligations", ObligationViews, basename="obligation")
router.register("sources", SourceViews, basename="source")
router.register("imports", ImportViews, basename="import")

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs", docs, name="docs"),
    path("v1/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("v1/batches", BatchView.as_view(), name="batches"),
    path("v1/lineage", LineageView.as_view(), name="lineage"),
    # Marquez answers both, so clients are configured with either.
    path("v1/lineage/", LineageWithSlash.as_view()),
    path("v1/connectedness", ConnectednessView.as_view(), name="connectedness"),
    path("v1/me", MeView.as_view(), name="me"),
    path("v1/", include(router.urls)),
    re_path("", UnknownAddress.as_view(), name="unknown"),
]
