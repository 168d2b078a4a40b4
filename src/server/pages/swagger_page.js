// Starts Swagger UI on the document that the page names; dark when the system is.
"use strict";
{
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
    dark.addEventListener("change", paint);
    paint();

    SwaggerUIBundle({
        url: document.body.dataset.document,
        dom_id: "#page",
        presets: [SwaggerUIBundle.presets.apis],
        layout: "BaseLayout",
        deepLinking: true,
        displayRequestDuration: true,
        filter: true,
        persistAuthorization: true,
        tryItOutEnabled: true,
        validatorUrl: null,
    });
}
