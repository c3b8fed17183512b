"use strict";

const page = document.getElementById("swagger-ui");

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
