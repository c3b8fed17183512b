"use strict";

const page = document.getElementById("swagger-ui");

// Light or dark as chosen on the pages, else as the system has it.
const root = document.documentElement;
const chosen = /(?:^|; )theme=(light|dark)(?:;|$)/.exec(document.cookie)?.[1];
const system = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () =>
  root.classList.toggle("dark-mode", chosen ? chosen === "dark" : system.matches);
if (chosen) root.dataset.theme = chosen;
system.addEventListener("change", paint);
paint();

window.SwaggerUIBundle({
  url: page.dataset.schema,
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // What is tried here runs with the session of whoever is signed in.
  requestInterceptor: (request) => {
    if (!["GET", "HEAD"].includes((request.method || "GET").toUpperCase())) {
      request.headers["X-CSRFToken"] = page.dataset.csrf;
    }
    return request;
  },
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
