// Finds cards by any word on them; Enter goes from one to the next.
export function searchIn(stage, svg, trails, viewport) {
  const box = stage.querySelector("[data-graph-search]");
  const said = stage.querySelector("[data-graph-found]");
  const texts = [...trails.cards].map(([key, card]) => ({
    key,
    card,
    text: (card.querySelector("title")?.textContent || "").toLowerCase(),
  }));
  let found = [];
  let place = -1;

  function look() {
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    found = words.length ? texts.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    place = -1;
    for (const { card } of texts) card.classList.remove("is-found");
    for (const { card } of found) card.classList.add("is-found");
    trails.keep(words.length ? new Set(found.map(({ key }) => key)) : null);
    said.textContent = words.length ? `${found.length || "none"} of ${texts.length}` : "";
    if (found.length) viewport.reveal(found[0].card);
  }

  box.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      box.value = "";
      look();
    } else if (event.key === "Enter" && found.length) {
      event.preventDefault();
      place = (place + (event.shiftKey ? -1 : 1) + found.length) % found.length;
      viewport.reveal(found[place].card);
      said.textContent = `${place + 1} of ${found.length} found`;
    }
  });
  return { focus: () => {
      box.focus();
      box.select();
    } };
}
