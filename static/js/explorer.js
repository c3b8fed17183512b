// The lineage graph, made movable. Without this script the drawing scrolls and each card is a link.
import { Viewport } from "./explorer/viewport.js";
import { Trails } from "./explorer/trails.js";
import { searchIn } from "./explorer/search.js";
import { openPanels } from "./explorer/panel.js";
import { followKeys } from "./explorer/keys.js";

const stage = document.querySelector("[data-explorer]");
const view = stage?.querySelector("[data-graph-view]");
const svg = view?.querySelector("svg.lineage-svg");

if (svg) {
  stage.querySelector(".canvas").classList.add("is-live");
  for (const tool of stage.querySelectorAll("[data-with-script]")) tool.hidden = false;
  const viewport = new Viewport(view, svg);
  const trails = new Trails(svg);
  const search = searchIn(stage, svg, trails, viewport);
  openPanels(stage, svg, viewport);
  followKeys(stage, view, svg, { viewport, trails, search });
}
