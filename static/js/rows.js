// A click anywhere in a row follows its link, but never instead of selecting text or a control.
export function followRows() {
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.defaultPrevented || event.button !== 0) return;
    if (event.target.closest("a, button, input, select, summary, label")) return;
    if (String(window.getSelection())) return;
    if (event.metaKey || event.ctrlKey) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  });
}
