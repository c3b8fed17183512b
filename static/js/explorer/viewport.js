// Pan, zoom and fit by changing the drawing's viewBox: no inline style, so the strict policy holds.
const CLOSEST = 3; // Screen pixels to one of the drawing's.
const FARTHEST = 0.05;
const LEGIBLE = 0.62; // Fitting never makes text smaller than this; it then shows the origin first.
const TOOLS = 52; // Pixels at the top that the search box and the zoom buttons lie over.
const DRAG_FROM = 4; // A shorter movement is a click.

export class Viewport {
  constructor(view, svg) {
    this.view = view;
    this.svg = svg;
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    this.size = { width, height };
    this.pointers = new Map();
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    svg.setAttribute("preserveAspectRatio", "xMinYMin meet");
    this.fit(true);
    this.moved = false;
    new ResizeObserver(() => (this.moved ? this.show() : this.fit(true))).observe(view);
    view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    view.addEventListener("pointerdown", (event) => this.press(event));
    view.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      view.addEventListener(end, (event) => this.release(event));
    }
    view.addEventListener("click", (event) => this.swallow(event), true);
    for (const button of view.parentElement.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.pressButton(button.dataset.zoom));
    }
  }

  pressButton(what) {
    if (what === "fit") this.fit(false);
    else this.zoom(what === "in" ? 1.3 : 1 / 1.3);
  }

  // The whole drawing in the middle; at first no smaller than can be read, with the origin in sight.
  fit(legibly) {
    const box = this.view.getBoundingClientRect();
    const margin = 20;
    const all = Math.min(
      (box.width - 2 * margin) / this.size.width,
      (box.height - margin - TOOLS) / this.size.height,
      1.1,
    );
    this.scale = Math.max(all, legibly ? LEGIBLE : FARTHEST);
    this.centre(this.size.width / 2, this.size.height / 2 - (TOOLS - margin) / 2 / this.scale);
    const origin = this.svg.querySelector(".card.is-origin");
    if (this.scale > all && origin) this.reveal(origin, true);
  }

  centre(x, y) {
    const box = this.view.getBoundingClientRect();
    this.x = x - box.width / this.scale / 2;
    this.y = y - box.height / this.scale / 2;
    this.show();
  }

  show() {
    const box = this.view.getBoundingClientRect();
    const width = Math.max(1, box.width / this.scale);
    const height = Math.max(1, box.height / this.scale);
    this.svg.setAttribute("viewBox", `${this.x} ${this.y} ${width} ${height}`);
  }

  pan(right, down) {
    this.moved = true;
    this.x += right / this.scale;
    this.y += down / this.scale;
    this.show();
  }

  // Keeps the point under (clientX, clientY), or the middle, where it is.
  zoom(factor, clientX, clientY) {
    const box = this.view.getBoundingClientRect();
    const left = clientX === undefined ? box.width / 2 : clientX - box.left;
    const top = clientY === undefined ? box.height / 2 : clientY - box.top;
    const scale = Math.min(CLOSEST, Math.max(FARTHEST, this.scale * factor));
    this.moved = true;
    this.x += left / this.scale - left / scale;
    this.y += top / this.scale - top / scale;
    this.scale = scale;
    this.show();
  }

  // Moves only as far as needed to have the card in sight, or to the middle.
  reveal(card, centred = false) {
    const box = this.view.getBoundingClientRect();
    const place = card.getBoundingClientRect();
    const margin = 24;
    if (centred) {
      this.pan(
        place.left + place.width / 2 - box.left - box.width / 2,
        place.top + place.height / 2 - box.top - box.height / 2,
      );
      this.moved = false;
      return;
    }
    const right = Math.min(0, place.left - margin - box.left) || Math.max(0, place.right + margin - box.right);
    const down = Math.min(0, place.top - margin - box.top) || Math.max(0, place.bottom + margin - box.bottom);
    if (right || down) this.pan(right, down);
  }

  wheel(event) {
    event.preventDefault();
    if (event.shiftKey) this.pan(event.deltaY, 0);
    else this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.04 : 0.0015)), event.clientX, event.clientY);
  }

  press(event) {
    if (event.button !== 0) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.start = { x: event.clientX, y: event.clientY };
    if (this.pointers.size === 1) this.dragged = false;
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    if (!this.dragged && !others.length) {
      const far = Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y);
      if (far < DRAG_FROM) return;
    }
    if (!this.dragged) {
      this.dragged = true;
      this.view.setPointerCapture(event.pointerId);
      this.view.classList.add("is-dragged");
    }
    if (others.length) this.pinch(event, last, others[0][1]);
    else this.pan(last.x - event.clientX, last.y - event.clientY);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  pinch(event, last, other) {
    const before = Math.hypot(last.x - other.x, last.y - other.y);
    const now = Math.hypot(event.clientX - other.x, event.clientY - other.y);
    const middle = [(event.clientX + other.x) / 2, (event.clientY + other.y) / 2];
    if (before > 0 && now > 0) this.zoom(now / before, ...middle);
    this.pan((last.x - event.clientX) / 2, (last.y - event.clientY) / 2);
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) this.view.classList.remove("is-dragged");
  }

  // The click that ends a drag opens nothing.
  swallow(event) {
    if (!this.dragged) return;
    this.dragged = false;
    event.preventDefault();
    event.stopPropagation();
  }
}
