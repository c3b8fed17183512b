// Loaded on every page. Each module adds a convenience; none is needed to use the page.
import { focusSearchOnSlash } from "./search.js";
import { switchThemeInPlace } from "./theme.js";
import { addCopyButtons } from "./copy.js";
import { followRows } from "./rows.js";
import { closeMenus } from "./menus.js";
import { hideScriptlessButtons } from "./filters.js";

focusSearchOnSlash();
switchThemeInPlace();
closeMenus();
followRows();
addCopyButtons(document);
hideScriptlessButtons(document);

document.addEventListener("htmx:load", (event) => {
  addCopyButtons(event.target);
  hideScriptlessButtons(event.target);
});
