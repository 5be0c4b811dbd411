// The operations view: tabs, the three editors, running and stopping. It owns what is being
// edited; what is shown of answers belongs to `results.js`.

import { announce, byId, copyText, h, tabRow } from "./dom.js";
import { Editor } from "./editor.js";
import { formatGraphql, formatJson, operationsIn } from "./graphql.js";
import { parseObject, requestOf, toCurl, toPython } from "./protocol.js";
import { Results } from "./results.js";
import { loadHeaders, loadTabs, remember, saveHeaders, saveTabs } from "./storage.js";
import { authorised, endpoints, runOnce, subscribe } from "./transport.js";

const COPIES = { curl: toCurl, Python: toPython };
const SAVE_AFTER = 400;

/** `keyNow()` gives the API key, `suggest(text, at)` completions, `onRan()` hears of new history. */
export class Workbench {
  constructor({ keyNow, suggest, onRan, first }) {
    Object.assign(this, { keyNow, onRan });
    const changed = () => this.changed();
    this.query = new Editor(byId("editor"), {
      label: "Operation", language: "graphql", suggest, onChange: changed,
      placeholder: "Write a query, mutation or subscription",
    });
    this.variables = new Editor(byId("variables"), {
      label: "Variables, a JSON object", language: "json", onChange: changed, placeholder: "{ }",
    });
    this.headers = new Editor(byId("headers"), {
      label: "Extra headers, a JSON object", language: "json", onChange: changed,
      placeholder: '{ "x-request-id": "…" }',
    });
    this.results = new Results({
      status: byId("result-state"), cursor: byId("result-note"), answer: byId("answer"),
      log: byId("log"), entries: byId("log-entries"),
    });
    this.row = byId("tabs");
    tabRow(this.row, (tab) => this.show(tab.dataset.id));
    tabRow(byId("extras"));
    this.wire();
    this.restore(first);
  }

  wire() {
    const buttons = {
      run: () => this.run(), stop: () => this.stop(), format: () => this.format(),
      "new-tab": () => this.open({ query: "" }), "close-tab": () => this.close(),
      "copy-curl": () => this.copy("curl"), "copy-python": () => this.copy("Python"),
    };
    for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
    byId("operations").addEventListener("keydown", (event) => {
      const command = event.ctrlKey || event.metaKey;
      if (command && event.key === "Enter") this.run();
      else if (command && event.shiftKey && event.key.toLowerCase() === "f") this.format();
      else return;
      event.preventDefault();
    });
    this.row.addEventListener("keydown", ({ key }) => {
      if (key === "Delete") this.close();
    });
  }

  // Tabs

  restore(first) {
    const { tabs, current } = loadTabs();
    const headers = loadHeaders();
    this.tabs = tabs.map((tab) => ({ ...tab, headers: headers[tab.id] ?? "" }));
    if (this.tabs.length === 0) this.open(first);
    else {
      this.drawTabs();
      this.show(this.tabs.some(({ id }) => id === current) ? current : this.tabs[0].id);
    }
  }

  /** Open an operation in a new tab, or in the present one while that is empty. */
  open({ query, variables = "" }) {
    const same = this.tabs.find((tab) => tab.query === query && tab.variables === variables);
    if (same !== undefined && query !== "") {
      this.show(same.id);
      return;
    }
    if (this.tab !== undefined && this.tab.query.trim() === "" && query !== "") {
      Object.assign(this.tab, { query, variables });
      this.show(this.tab.id);
      return;
    }
    const tab = { id: freshId(), query, variables, headers: "" };
    this.tabs.push(tab);
    this.drawTabs();
    this.show(tab.id);
    if (query === "") this.query.area.focus();
  }

  close() {
    const at = this.tabs.indexOf(this.tab);
    this.stop();
    this.tabs.splice(at, 1);
    this.tab = undefined;
    if (this.tabs.length === 0) this.open({ query: "" });
    else {
      this.drawTabs();
      this.show(this.tabs[Math.max(0, at - 1)].id);
      this.row.querySelector('[aria-selected="true"]').focus();
    }
  }

  show(id) {
    const tab = this.tabs.find((one) => one.id === id);
    this.tab = tab;
    this.query.value = tab.query;
    this.variables.value = tab.variables;
    this.headers.value = tab.headers;
    this.markTab();
    this.drawOperations();
    this.keep();
  }

  drawTabs() {
    this.row.replaceChildren(...this.tabs.map((tab) => h("button", {
      type: "button", role: "tab", "data-id": tab.id, "aria-controls": "operation-panel",
    }, titleOf(tab))));
  }

  /** Marks in place: a tab that was redrawn would lose the focus it was reached with. */
  markTab() {
    for (const button of this.row.children) {
      const selected = button.dataset.id === this.tab.id;
      button.setAttribute("aria-selected", String(selected));
      button.tabIndex = selected ? 0 : -1;
      if (selected) {
        button.textContent = titleOf(this.tab);
        button.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
  }

  drawOperations() {
    const operations = operationsIn(this.tab.query);
    const chooser = byId("chooser");
    const chosen = chooser.value;
    const names = operations.map(({ name }) => name).filter(Boolean);
    chooser.replaceChildren(...names.map((name) => h("option", {}, name)));
    if (names.includes(chosen)) chooser.value = chosen;
    byId("chooser-field").hidden = names.length < 2;
    byId("transport-field").hidden = this.operation()?.type !== "subscription";
  }

  changed() {
    Object.assign(this.tab, {
      query: this.query.value, variables: this.variables.value, headers: this.headers.value,
    });
    const button = this.row.querySelector('[aria-selected="true"]');
    if (button !== null) button.textContent = titleOf(this.tab);
    this.drawOperations();
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.keep(), SAVE_AFTER);
  }

  keep() {
    saveTabs({ tabs: this.tabs, current: this.tab.id });
    const written = this.tabs.filter(({ headers }) => headers !== "");
    saveHeaders(Object.fromEntries(written.map(({ id, headers }) => [id, headers])));
  }

  format() {
    const [query, variables] = [formatGraphql(this.query.value), formatJson(this.variables.value)];
    // Variables first: the last one replaced keeps the focus.
    if (variables !== this.variables.value) {
      this.variables.replace(0, this.variables.value.length, variables, 0);
    }
    if (query !== this.query.value) this.query.replace(0, this.query.value.length, query, 0);
  }

  // Running

  /** The operation to run: the chosen one, else the one around the caret, else the first. */
  operation() {
    const operations = operationsIn(this.tab.query);
    const at = this.query.position;
    return operations.find(({ name }) => name !== null && name === byId("chooser").value
      && operations.length > 1)
      ?? operations.find(({ start, end }) => start <= at && at <= end) ?? operations[0];
  }

  request() {
    const operation = this.operation();
    const variables = parseObject(this.tab.variables, "Variables");
    const headers = parseObject(this.tab.headers, "Headers");
    const problem = operation === undefined ? "There is no operation to run."
      : variables.problem ?? headers.problem;
    if (problem !== undefined) return { problem };
    return {
      type: operation.type,
      headers: headers.value,
      request: requestOf({
        query: this.tab.query, variables: variables.value, operationName: operation.name,
      }),
    };
  }

  async run() {
    this.stop();
    const { problem, type, headers, request } = this.request();
    if (problem !== undefined) {
      this.results.problem(problem);
      return;
    }
    this.onRan(remember({
      query: this.tab.query, variables: this.tab.variables, type,
      name: request.operationName ?? null,
    }));
    const options = { request, headers: authorised(this.keyNow(), headers) };
    if (type === "subscription") this.listen(options);
    else await this.ask(options);
  }

  listen(options) {
    const running = { stop() {} };
    this.results.start({ live: true });
    this.busy(running);
    const { stop } = subscribe({
      ...options,
      transport: document.querySelector('input[name="transport"]:checked').value,
      // One that was replaced says late that it stopped; the pane shows its successor by then.
      onState: (change) => {
        if (this.running !== running) return;
        this.results.state(change);
        if (["ended", "failed", "stopped"].includes(change.state)) this.busy(undefined);
      },
      onResult: (result, cursor) => {
        if (this.running === running) this.results.heard(result, cursor);
      },
    });
    running.stop = stop;
  }

  async ask(options) {
    this.results.start({ live: false });
    const controller = new AbortController();
    const running = { stop: () => controller.abort() };
    this.busy(running);
    try {
      const answer = await runOnce({ ...options, signal: controller.signal });
      if (this.running === running) this.results.answered(answer);
    } catch (error) {
      if (this.running === running) {
        this.results.problem(controller.signal.aborted ? "Stopped." : `No answer: ${error.message}`);
      }
    }
    if (this.running === running) this.busy(undefined);
  }

  stop() {
    this.running?.stop();
  }

  busy(running) {
    this.running = running;
    const hadFocus = document.activeElement === byId("stop");
    byId("stop").disabled = running === undefined;
    // A disabled button drops the focus to the page; hand it to its neighbour.
    if (hadFocus && running === undefined) byId("run").focus();
  }

  copy(kind) {
    const { problem, type, headers, request } = this.request();
    if (problem !== undefined) {
      announce(problem);
      return;
    }
    const stream = type === "subscription";
    copyText(COPIES[kind]({ url: endpoints().http, request, headers, stream }), `as ${kind}`);
  }
}

function titleOf({ query }) {
  const [operation] = operationsIn(query);
  return operation?.name ?? (query.trim() === "" ? "New" : operation?.type ?? "Untitled");
}

// `randomUUID` needs a secure context; a plain-HTTP host in a local network is not one.
function freshId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
}
