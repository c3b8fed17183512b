// Which cards lie up and down from which, and showing that for the card under the pointer or focus.
export class Trails {
  constructor(svg) {
    this.svg = svg;
    this.cards = new Map();
    for (const card of svg.querySelectorAll(".card")) this.cards.set(card.dataset.key, card);
    this.links = [...svg.querySelectorAll(".link")];
    this.up = new Map();
    this.down = new Map();
    for (const link of this.links) {
      const { upstream, downstream } = link.dataset;
      push(this.up, downstream, upstream);
      push(this.down, upstream, downstream);
    }
    this.kept = null;
    const over = (event) => event.target.closest(".card");
    svg.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "touch") this.show(over(event));
    });
    svg.addEventListener("pointerleave", () => this.show(null));
    svg.addEventListener("focusin", (event) => this.show(over(event)));
    svg.addEventListener("focusout", () => this.show(null));
  }

  // The cards on every way from this one, both ways, itself included.
  reach(key) {
    const sides = [this.up, this.down].map((next) => {
      const found = new Set([key]);
      for (const one of found) for (const there of next.get(one) || []) found.add(there);
      return found;
    });
    return { up: sides[0], down: sides[1], all: new Set([...sides[0], ...sides[1]]) };
  }

  show(card) {
    if (!card) {
      this.paint(this.kept, null);
      return;
    }
    const reached = this.reach(card.dataset.key);
    this.paint(reached.all, reached);
  }

  // Cards outside `shown` step back; a link is on a path when both ends are, on one side.
  paint(shown, reached) {
    for (const [key, card] of this.cards) {
      card.classList.toggle("is-dimmed", Boolean(shown) && !shown.has(key));
    }
    for (const link of this.links) {
      const { upstream, downstream } = link.dataset;
      const on =
        Boolean(reached) &&
        [reached.up, reached.down].some((side) => side.has(upstream) && side.has(downstream));
      link.classList.toggle("is-on-path", on);
      link.classList.toggle("is-dimmed", Boolean(shown) && !on);
    }
  }

  // What a search found stays in sight between looks at single cards.
  keep(keys) {
    this.kept = keys;
    this.paint(keys, null);
  }

  // The card to go to from this one: along a link to the left or right, or the next above or below.
  nextTo(card, way) {
    const here = card.getBoundingClientRect();
    const beside = way === "left" ? this.up : this.down;
    const across = way === "left" || way === "right";
    const keys = across ? beside.get(card.dataset.key) || [] : [...this.cards.keys()];
    let best = null;
    for (const key of keys) {
      const there = this.cards.get(key).getBoundingClientRect();
      const right = Math.abs(middle(there).x - middle(here).x);
      const down = middle(there).y - middle(here).y;
      if (!across && (way === "up" ? down >= -1 : down <= 1)) continue;
      const far = across ? Math.abs(down) + right / 4 : Math.abs(down) + right * 2;
      if (!best || far < best.far) best = { card: this.cards.get(key), far };
    }
    return best?.card || null;
  }
}

function push(map, key, value) {
  if (map.has(key)) map.get(key).push(value);
  else map.set(key, [value]);
}

function middle(box) {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}
