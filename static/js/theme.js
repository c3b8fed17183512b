// Switches the theme without a reload; the form does the same with one.
const YEAR = 365 * 24 * 60 * 60;

export function switchThemeInPlace() {
  const form = document.querySelector("[data-theme-form]");
  form?.addEventListener("submit", (event) => {
    const theme = event.submitter?.value;
    if (theme === undefined) return;
    event.preventDefault();
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    const age = theme ? YEAR : 0;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax`;
    for (const button of form.querySelectorAll("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button === event.submitter));
    }
  });
}
