// Starts Redoc on the document that the page names; dark when the system is.
"use strict";
{
    const font = { fontFamily: "system-ui, sans-serif" };
    const light = { typography: { ...font, headings: font } };
    const dark = {
        colors: {
            primary: { main: "#8ab4f8" },
            success: { main: "#6cc070" },
            error: { main: "#f28b82" },
            text: { primary: "#dddddd", secondary: "#aaaaaa" },
            border: { dark: "#444444", light: "#333333" },
            http: { get: "#2f7d32", post: "#1f5f9e", put: "#7a6a1e", delete: "#a33a3a" },
        },
        schema: { nestedBackground: "#24272b", typeNameColor: "#aaaaaa", typeTitleColor: "#aaaaaa", requireLabelColor: "#f28b82" },
        sidebar: { backgroundColor: "#1f2226", textColor: "#dddddd", activeTextColor: "#8ab4f8" },
        rightPanel: { backgroundColor: "#101214" },
        codeBlock: { backgroundColor: "#181a1d" },
        typography: {
            ...font,
            headings: font,
            code: { backgroundColor: "#24272b", color: "#e6a07c" },
            links: { color: "#8ab4f8" },
        },
    };
    const theme = matchMedia("(prefers-color-scheme: dark)").matches ? dark : light;
    Redoc.init(document.body.dataset.document, { theme }, document.getElementById("page"));
}
