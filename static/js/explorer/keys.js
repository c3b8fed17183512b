// The keyboard: on the ground arrows move it, on a card they go to the next card.
const WAYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
const STEP = 80;

export function followKeys(stage, view, svg, { viewport, trails, search }) {
  stage.querySelector(".canvas").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input")) return;
    const done = act(event, event.target.closest(".card"));
    if (done) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  svg.addEventListener("focusin", (event) => {
    const card = event.target.closest(".card");
    if (card && event.target.matches(":focus-visible")) viewport.reveal(card);
  });
  // A browser scrolls a focused card into sight by itself; the viewBox has done that already.
  view.addEventListener("scroll", () => view.scrollTo(0, 0));

  function act(event, card) {
    if (WAYS[event.key]) return go(card, WAYS[event.key]);
    switch (event.key) {
      case "+":
      case "=":
        viewport.zoom(1.3);
        return true;
      case "-":
        viewport.zoom(1 / 1.3);
        return true;
      case "0":
        viewport.fit(false);
        return true;
      case "/":
        search.focus();
        return true;
      case "Escape":
        if (card) view.focus();
        return Boolean(card);
      default:
        return false;
    }
  }

  function go(card, way) {
    if (!card) {
      const right = way === "left" ? -STEP : way === "right" ? STEP : 0;
      const down = way === "up" ? -STEP : way === "down" ? STEP : 0;
      viewport.pan(right, down);
      return true;
    }
    trails.nextTo(card, way)?.querySelector("a")?.focus();
    return true;
  }
}
