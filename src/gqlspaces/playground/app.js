// Wires the page: the key, the schema, the library beside the editor, the two views.

import { Anatomy } from "./anatomy.js";
import { announce, byId, h, tabRow } from "./dom.js";
import { suggest } from "./completion.js";
import { EXAMPLES } from "./examples.js";
import { formatGraphql } from "./graphql.js";
import { isUnauthenticated } from "./protocol.js";
import { INTROSPECTION, Schema, SchemaBrowser } from "./schema.js";
import { clearHistory, loadHistory, loadKey, saveKey } from "./storage.js";
import { authorised, runOnce } from "./transport.js";
import { Workbench } from "./workbench.js";

let key = loadKey();
let schema = null;

const workbench = new Workbench({
  keyNow: () => key,
  suggest: (text, at) => (schema === null ? { from: at, options: [] } : suggest(schema, text, at)),
  onRan: drawHistory,
  first: laidOut(EXAMPLES[0].examples[0]),
});
const browser = new SchemaBrowser(byId("library-schema"), {
  onWrite: (written) => openOperation(laidOut(written)),
});
const anatomy = new Anatomy(byId("anatomy"), { keyNow: () => key });

function laidOut({ query, variables }) {
  const text = variables === undefined ? "" : JSON.stringify(variables, null, 2);
  return { query: formatGraphql(query), variables: text };
}

function openOperation(example) {
  workbench.open(example);
  // On a narrow page the library covers the way to the editor.
  if (matchMedia("(max-width: 60rem)").matches) showLibrary(false);
  byId("editor").scrollIntoView({ block: "nearest" });
}

// The key

async function useKey(entered) {
  key = entered.trim();
  saveKey(key);
  byId("key").value = "";
  byId("key-forget").hidden = key === "";
  byId("key-state").textContent = key === "" ? "No key" : "Checking…";
  byId("key-state").dataset.state = key === "" ? "none" : "checking";
  await loadSchema();
  anatomy.reset();
  if (!byId("anatomy").hidden) anatomy.enter();
}

async function loadSchema() {
  if (key === "") {
    schema = null;
    browser.explain("Enter an API key to read the schema.");
    return;
  }
  const answer = await ask(INTROSPECTION);
  if (answer.result?.data) {
    schema = new Schema(answer.result.data);
    browser.use(schema);
  } else browser.explain(answer.problem ?? "The server did not give its schema.");
  // Reading the schema may be free; only a question about the caller proves a key.
  const { result, problem } = await ask(
    "query KeyCheck { viewer { key { name } environment { name } } }");
  const viewer = result?.data?.viewer;
  byId("key-state").dataset.state = viewer ? "good" : "bad";
  byId("key-state").textContent = viewer ? `${viewer.key.name} in ${viewer.environment.name}`
    : isUnauthenticated(result) ? "Key refused" : problem ?? "Key not checked";
}

async function ask(query) {
  try {
    const answer = await runOnce({ request: { query }, headers: authorised(key) });
    const problem = isUnauthenticated(answer.result) ? "The server asks for a valid API key."
      : answer.result?.errors?.[0]?.message;
    return { ...answer, problem };
  } catch {
    return { result: null, problem: "The server does not answer." };
  }
}

byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (byId("key").value.trim() !== "") useKey(byId("key").value);
});
byId("key-forget").addEventListener("click", () => {
  useKey("");
  announce("The key is forgotten.");
  byId("key").focus();
});

// The library

const libraryButton = byId("library-toggle");

function showLibrary(shown) {
  byId("library").classList.toggle("shown", shown);
  libraryButton.setAttribute("aria-expanded", String(shown));
}

libraryButton.addEventListener("click", () => {
  showLibrary(libraryButton.getAttribute("aria-expanded") !== "true");
});
tabRow(byId("library-tabs"));

byId("library-examples").append(...EXAMPLES.map(({ noun, examples }) => h("section", {},
  h("h2", {}, noun),
  h("ul", { class: "plain" }, examples.map((example) => h("li", {},
    h("button", { type: "button", class: "link", onclick: () => openOperation(laidOut(example)) },
      example.title),
    example.note ? h("p", { class: "quiet" }, example.note) : null))))));

function drawHistory(entries) {
  const list = entries.map(({ query, variables, name, type, at }) => h("li", {},
    h("button", {
      type: "button", class: "link", onclick: () => openOperation({ query, variables }),
    }, name ?? type),
    h("p", { class: "quiet" }, `${type} · ${new Date(at).toLocaleString()}`)));
  byId("history").replaceChildren(...(list.length > 0 ? list
    : [h("li", { class: "quiet" }, "What you run is listed here, in this browser only.")]));
  byId("history-clear").hidden = list.length === 0;
}

byId("history-clear").addEventListener("click", () => {
  clearHistory();
  drawHistory([]);
});
drawHistory(loadHistory());

// The two views

const views = tabRow(byId("views"), (tab) => {
  if (tab.id === "view-anatomy") anatomy.enter();
  else anatomy.leave();
  history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
});
if (location.hash === "#anatomy") views.select(byId("view-anatomy"));

useKey(key);
