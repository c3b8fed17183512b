"""Every page, one line each. Paths have no trailing slash."""

from django.urls import path

from apps.web import (
    accounts,
    artifacts,
    cards,
    case_actions,
    cases,
    catalogue,
    components,
    connectedness,
    deployments,
    flags,
    graphs,
    home,
    imports,
    names,
    proposals,
    reaching,
    theme,
    tokens,
)

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path("find", home.find_artifact, name="find"),
    path("sign-in", accounts.SignIn.as_view(), name="sign_in"),
    path("sign-out", accounts.SignOut.as_view(), name="sign_out"),
    path("theme", theme.choose_theme, name="theme"),
    path("artifacts", catalogue.catalogue, name="catalogue"),
    path("artifacts.csv", catalogue.catalogue_csv, name="catalogue_csv"),
    path("artifacts/<int:pk>", artifacts.artifact, name="artifact"),
    path("artifacts/<int:pk>/describe", artifacts.describe, name="describe"),
    path("artifacts/<int:pk>/upstream", reaching.upstream, name="upstream"),
    path("artifacts/<int:pk>/downstream", reaching.downstream, name="downstream"),
    path("artifacts/<int:pk>/versions", artifacts.versions, name="versions"),
    path("artifacts/<int:pk>/graph", graphs.graph, name="graph"),
    path("artifacts/<int:pk>/graph/panel", graphs.graph_panel, name="graph_panel"),
    path("artifacts/<int:pk>/graph.svg", graphs.graph_svg, name="graph_svg"),
    path("artifacts/<int:pk>/graph.dot", graphs.graph_dot, name="graph_dot"),
    path("artifacts/<int:pk>/graph.csv", graphs.graph_csv, name="graph_csv"),
    path("artifacts/<int:pk>/flag", flags.flag_new, name="flag_new"),
    path("artifacts/<int:pk>/flag/preview", flags.flag_preview, name="flag_preview"),
    path("proposals", proposals.listed, name="proposals"),
    path("merges/<int:pk>/split", names.split, name="split"),
    path("flags", flags.flags, name="flags"),
    path("flags/<int:pk>", cases.case, name="case"),
    path("flags/<int:pk>/progress", cases.case_progress_now, name="case_progress"),
    path("flags/<int:pk>/obligations", cases.case_obligations, name="case_obligations"),
    path("flags/<int:pk>/findings.csv", cases.case_csv, name="case_csv"),
    path("flags/<int:pk>/report.json", cases.case_json, name="case_json"),
    path("flags/<int:pk>/spread.svg", cases.case_svg, name="case_svg"),
    path("flags/<int:pk>/report", case_actions.report_again, name="report_again"),
    *(
        path(f"flags/<int:pk>/{one}", case_actions.flag_decide, {"decision": one}, f"flag_{one}")
        for one in case_actions.DECISIONS
    ),
    path("obligations/<int:pk>/assign", case_actions.obligation_assign, name="obligation_assign"),
    path(
        "obligations/<int:pk>/resolve", case_actions.obligation_resolve, name="obligation_resolve"
    ),
    path("obligations/<int:pk>/reopen", case_actions.obligation_reopen, name="obligation_reopen"),
    path("connectedness", connectedness.connectedness, name="connectedness"),
    path("connectedness.csv", connectedness.connectedness_csv, name="connectedness_csv"),
    path("deployments", deployments.deployments, name="deployments"),
    path("deployments/<int:pk>", cards.deployment_record, name="deployment_record"),
    path("deployments/<int:pk>.md", cards.deployment_record_md, name="deployment_record_md"),
    path("model-cards", cards.model_cards, name="models"),
    path("model-cards/<int:pk>", cards.model_card, name="model_card"),
    path("model-cards/<int:pk>.md", cards.model_card_md, name="model_card_md"),
    path("imports", imports.imports, name="imports"),
    path("imports/<int:pk>", imports.import_run, name="import_run"),
    path("tokens", tokens.tokens, name="tokens"),
    path("tokens/new", tokens.token_new, name="token_new"),
    path("tokens/<int:pk>/revoke", tokens.token_revoke, name="token_revoke"),
    path("components", components.components, name="components"),
]
