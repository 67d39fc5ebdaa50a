// The dialler: checks the document while one types, and calls.

import { Editor, element } from "./editor.js";
import { post } from "./http.js";

const QUIET_MS = 250; // without a key, and the document is checked

const form = document.getElementById("dialler");
const editor = new Editor(document.getElementById("editor"));
const verdict = document.getElementById("verdict");
const list = document.getElementById("findings");

// A draft outlives the visit to the call it has led to, in this tab only.
const kept = `offhook-draft-${form.dataset.draft}`;
const drafted = ["to", "from", "applicationId", "runs", "answerUrl", "document", "tag", "callTimeout"];
if (form.dataset.draft !== "no" && !location.search) restore();
addEventListener("pagehide", () => {
  if (form.dataset.draft === "no") return;
  const values = Object.fromEntries([...new FormData(form)].filter(([name]) => drafted.includes(name)));
  sessionStorage.setItem(kept, JSON.stringify(values));
});

function restore() {
  let values = {};
  try {
    values = JSON.parse(sessionStorage.getItem(kept) ?? "{}");
  } catch {
    return;
  }
  for (const name of drafted) {
    const field = form.elements[name];
    if (typeof values[name] !== "string" || !field) continue;
    if (field.options && ![...field.options].some((each) => each.value === values[name])) continue;
    field.value = values[name];
  }
  editor.count();
}

// Checking

let timer = 0;
let asked = new AbortController();

function soon() {
  clearTimeout(timer);
  asked.abort();
  timer = setTimeout(check, QUIET_MS);
}

async function check() {
  asked = new AbortController();
  const { signal } = asked;
  let answer;
  try {
    answer = await post(form.dataset.lint, { text: editor.text }, { signal });
  } catch (error) {
    if (signal.aborted) return;
    verdict.className = "verdict bad";
    verdict.textContent = `It could not be checked: ${error.message}`;
    return;
  }
  if (signal.aborted) return;
  editor.show(answer.findings);
  list.replaceChildren(...answer.findings.map(row));
  tell(answer);
}

function tell({ findings, count }) {
  const errors = findings.filter((each) => each.severity === "error").length;
  const warnings = findings.length - errors;
  const parts = [];
  if (errors) parts.push(`${errors} ${errors === 1 ? "error" : "errors"} (the call would end)`);
  if (warnings) parts.push(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`);
  if (count > findings.length) parts.push(`${count - findings.length} more`);
  const said = parts.join(", ") || "Nothing is wrong with it";
  verdict.className = `verdict ${errors ? "bad" : warnings ? "odd" : "good"}`;
  if (verdict.textContent !== said) verdict.textContent = said;
}

function row(finding) {
  const item = element("li", `is-${finding.severity}`);
  const jump = element("button", "jump");
  jump.type = "button";
  jump.append(
    element("span", "where", `${finding.line}:${finding.column}`),
    element("span", "unseen", ` ${finding.severity}: `),
    element("span", "message", finding.message),
  );
  jump.addEventListener("click", () => editor.go(finding));
  const cure = element("p", "cure");
  cure.append(element("span", "", `Fix: ${finding.fix}`));
  if (finding.suggestion) {
    const mend = element("button", "small", `Use ${finding.suggestion}`);
    mend.type = "button";
    mend.addEventListener("click", () => use(finding));
    cure.append(" ", mend);
  }
  item.append(jump, cure);
  return item;
}

// Put in what was probably meant; an element's end tag goes along with it.
function use({ line, column, length, suggestion }) {
  const from = editor.place(line, column);
  const to = editor.place(line, column + length);
  const marked = editor.text.slice(from, to);
  if (!marked.startsWith("<")) return editor.put(suggestion, from, to);
  const end = `</${marked.slice(1)}`;
  const closes = editor.text.indexOf(end, to);
  if (closes >= 0) editor.put(`</${suggestion}`, closes, closes + end.length);
  editor.put(`<${suggestion}`, from, to);
}

editor.area.addEventListener("input", soon);
check();

// Starting from a template, choosing whom to call, keys

const starter = document.getElementById("starter");
starter.closest("[hidden]").hidden = false;
starter.addEventListener("change", () => {
  const { text } = starter.selectedOptions[0].dataset;
  if (text !== undefined) editor.put(text);
  starter.value = "";
});

for (const each of document.querySelectorAll("[data-number]")) {
  each.addEventListener("click", () => {
    form.elements.to.value = each.dataset.number;
    form.elements.to.focus();
  });
}

let next = 0;
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "F8" && editor.found.length) {
    event.preventDefault();
    editor.go(editor.found[next++ % editor.found.length]);
  }
});

form.addEventListener("submit", (event) => {
  const button = form.querySelector(".call-button");
  if (button.disabled) return event.preventDefault();
  button.disabled = true;
  button.textContent = "Calling…";
});
