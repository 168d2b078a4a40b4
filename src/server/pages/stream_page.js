// The stream console: calls a streaming operation of the document and shows its events as they arrive.
"use strict";

const by_id = (id) => document.getElementById(id);
const stream_types = ["text/event-stream", "application/x-ndjson", "text/plain"];
const shown_limit = 2000;

let operations = [];
let running = null; // AbortController of the call
let last_id = "";

function make(tag, text, class_name) {
    const element = document.createElement(tag);
    if (text !== undefined)
        element.textContent = text;
    if (class_name)
        element.className = class_name;
    return element;
}

function stream_operations(description) {
    const found = [];
    for (const [path, methods] of Object.entries(description.paths ?? {}))
        for (const [method, operation] of Object.entries(methods)) {
            const content = operation.responses?.["200"]?.content ?? {};
            if (stream_types.some((type) => type in content))
                found.push({ path, method: method.toUpperCase(), operation });
        }
    return found;
}

function selected() {
    return operations[Number(by_id("operation").value)];
}

function show_inputs(wanted) {
    const inputs = by_id("inputs");
    inputs.replaceChildren();
    const { operation } = selected();
    for (const parameter of operation.parameters ?? []) {
        const label = make("label", `${parameter.name} (${parameter.in}${parameter.required ? ", required" : ""}) `);
        const input = make("input");
        input.dataset.name = parameter.name;
        input.dataset.place = parameter.in;
        input.required = Boolean(parameter.required);
        input.placeholder = parameter.schema?.type ?? "";
        const fallback = parameter.schema?.default;
        input.value = wanted?.get(parameter.name) ?? (fallback === undefined || fallback === null ? "" : String(fallback));
        label.append(input);
        inputs.append(label);
    }
    by_id("body_row").hidden = !operation.requestBody;
    if (operation.requestBody && by_id("body").value === "")
        by_id("body").value = "{}";
    show_curl();
}

function prepared() {
    const { path, method, operation } = selected();
    let target = path;
    const query = new URLSearchParams();
    for (const input of by_id("inputs").querySelectorAll("input")) {
        if (input.dataset.place === "path")
            target = target.replace(`{${input.dataset.name}}`, encodeURIComponent(input.value));
        else if (input.value !== "" || input.required)
            query.append(input.dataset.name, input.value);
    }
    if (query.size > 0)
        target += `?${query}`;
    const headers = {};
    if (by_id("key").value !== "")
        headers.Authorization = by_id("key").value;
    let body;
    if (operation.requestBody) {
        headers["Content-Type"] = "application/json";
        body = by_id("body").value;
    }
    const url = new URL(document.body.dataset.root + target.slice(1), location.href);
    return { url, method, headers, body };
}

function show_curl() {
    const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
    const { url, method, headers, body } = prepared();
    const parts = ["curl -N"];
    if (method !== "GET")
        parts.push(`-X ${method}`);
    for (const [name, text] of Object.entries(headers))
        parts.push(`-H ${quote(`${name}: ${name === "Authorization" ? "…" : text}`)}`);
    if (body !== undefined)
        parts.push(`-d ${quote(body)}`);
    by_id("curl").textContent = `${parts.join(" ")} ${quote(url.href)}`;
}

function show_event(kind, text, id) {
    const events = by_id("events");
    const item = make("li");
    const seconds = ((performance.now() - show_event.began) / 1000).toFixed(3);
    item.append(make("time", `${seconds} s`), make("b", kind, kind === "error" ? "bad" : ""));
    if (id)
        item.append(make("small", `id ${id}`));
    item.append(make("code", text));
    const follow = innerHeight + scrollY >= document.body.scrollHeight - 40;
    events.append(item);
    if (events.childElementCount > shown_limit)
        events.firstElementChild.remove();
    if (follow)
        item.scrollIntoView({ block: "end" });
}

// One event of text/event-stream from its lines. WHATWG HTML 9.2.6.
function take_event(lines) {
    let kind = "message";
    let id = "";
    const data = [];
    for (const line of lines) {
        const colon = line.indexOf(":");
        const name = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (name === "event")
            kind = text;
        else if (name === "data")
            data.push(text);
        else if (name === "id") {
            id = text;
            last_id = text;
        }
    }
    if (data.length > 0)
        show_event(kind, data.join("\n"), id);
}

// Gives back what takes pieces of text and shows whole events; every piece may end anywhere.
function reader_for(type) {
    if (type === "text/plain")
        return (piece) => piece !== "" && show_event("text", piece);
    let rest = "";
    let lines = [];
    return (piece, ended) => {
        rest += piece;
        // A CR at the end of a piece may be half of a CR LF.
        const whole = ended ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/;
        for (let end = whole.exec(rest); end; end = whole.exec(rest)) {
            const line = rest.slice(0, end.index);
            rest = rest.slice(end.index + end[0].length);
            if (type === "application/x-ndjson") {
                if (line !== "")
                    show_event("item", line);
            } else if (line !== "")
                lines.push(line);
            else {
                take_event(lines);
                lines = [];
            }
        }
        if (ended && type === "application/x-ndjson" && rest !== "")
            show_event("item", rest);
    };
}

async function read_stream(response) {
    const type = (response.headers.get("content-type") ?? "").split(";")[0].trim();
    const take = stream_types.includes(type) ? reader_for(type) : null;
    const body = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let all = "";
    for (;;) {
        const { value, done } = await body.read();
        if (take)
            take(value ?? "", done);
        else
            all += value ?? "";
        if (done)
            break;
    }
    if (!take)
        show_event(response.ok ? "answer" : "error", all);
}

async function start(resuming) {
    const { url, method, headers, body } = prepared();
    if (resuming)
        headers["Last-Event-ID"] = last_id;
    else
        last_id = "";
    const call = new AbortController();
    running = call;
    show_event.began = performance.now();
    by_id("start").disabled = by_id("resume").disabled = true;
    by_id("stop").disabled = false;
    by_id("state").textContent = "waiting";
    let outcome;
    try {
        const response = await fetch(url, { method, headers, body, signal: call.signal, cache: "no-store" });
        by_id("state").textContent = `${response.status}, streaming`;
        await read_stream(response);
        outcome = `${response.status}, ended`;
    } catch (problem) {
        outcome = call.signal.aborted ? "stopped" : `broken: ${problem.message}`;
    }
    running = null;
    by_id("state").textContent = outcome;
    by_id("start").disabled = false;
    by_id("stop").disabled = true;
    by_id("resume").disabled = last_id === "";
}

async function begin() {
    const answer = await fetch(document.body.dataset.document);
    if (!answer.ok)
        throw new Error(`the OpenAPI document answers ${answer.status}`);
    operations = stream_operations(await answer.json());
    if (operations.length === 0)
        throw new Error("no operation of this service streams");
    const wanted = new URLSearchParams(location.search);
    const choice = by_id("operation");
    operations.forEach(({ path, method }, at) => {
        const option = make("option", `${method} ${path}`);
        option.value = String(at);
        option.selected = path === wanted.get("path") && method === (wanted.get("method") ?? method);
        choice.append(option);
    });
    show_inputs(wanted);
    choice.addEventListener("change", () => show_inputs());
    by_id("call").addEventListener("input", show_curl);
    by_id("call").addEventListener("submit", (event) => {
        event.preventDefault();
        if (!running)
            start(false);
    });
    by_id("stop").addEventListener("click", () => running?.abort());
    by_id("resume").addEventListener("click", () => start(true));
    by_id("clear").addEventListener("click", () => by_id("events").replaceChildren());
}

begin().catch((problem) => {
    by_id("state").textContent = problem.message;
    by_id("start").disabled = true;
});
