// A "Copy" button after every element that has data-copy; without a script there is only the text.
export function addCopyButtons(root) {
  if (!navigator.clipboard || !root.querySelectorAll) return;
  for (const source of root.querySelectorAll("[data-copy]:not([data-copy-ready])")) {
    source.setAttribute("data-copy-ready", "");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${source.dataset.copyLabel || "the value"}`);
    button.addEventListener("click", () => copy(source, button));
    source.after(" ", button);
  }
}

async function copy(source, button) {
  const label = button.getAttribute("aria-label");
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(source.dataset.copy || source.textContent);
  } catch {
    said = "Not copied";
  }
  button.textContent = said;
  button.setAttribute("aria-label", said);
  setTimeout(() => {
    button.textContent = "Copy";
    button.setAttribute("aria-label", label);
  }, 1500);
}
