// A form that filters as you type needs no button; without a script it keeps it.
export function hideScriptlessButtons(root) {
  if (!window.htmx || !root.querySelectorAll) return;
  for (const button of root.querySelectorAll("[data-without-script]")) button.hidden = true;
}
