// A click on a card loads its panel beside the drawing; the address follows, so it can be shared.
export function openPanels(stage, svg, viewport) {
  const panel = stage.querySelector("#panel");
  select(svg, new URL(window.location.href).searchParams.get("selected"));

  svg.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const card = link?.closest(".card");
    if (!card || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const address = new URL(link.getAttribute("href"), window.location.href);
    const chosen = address.searchParams.get("selected");
    if (!chosen || !window.htmx) return;
    event.preventDefault();
    const source = new URL(stage.dataset.panelUrl, window.location.href);
    source.searchParams.set("selected", chosen);
    window.htmx.ajax("GET", source.pathname + source.search, { target: panel, swap: "innerHTML" });
    window.history.replaceState(null, "", address);
    select(svg, chosen);
    viewport.reveal(card);
  });
}

function select(svg, key) {
  for (const card of svg.querySelectorAll(".card")) {
    const chosen = key ? card.dataset.key === key : card.classList.contains("is-origin");
    card.classList.toggle("is-selected", chosen);
    const link = card.querySelector("a");
    if (chosen) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
}
