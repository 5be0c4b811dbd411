// The anatomy of a Space: its tree, its theme, and its jobs as they move. The tree is one query;
// two subscriptions keep it true: `jobProgress` for the bars, `events` for "something changed".

import { byId, h } from "./dom.js";
import { authorised, runOnce, subscribe } from "./transport.js";

const SPACES = `query Spaces($search: String, $after: String) {
  spaces(search: $search, first: 20, after: $after) {
    edges { node { id name entity namespace } }
    pageInfo { hasNextPage endCursor }
  }
}`;

// Three questions, not one: a key that may not read jobs or events still gets its tree, and the
// cursor has to be older than what is drawn, or a change in between would go unseen.
const CURSOR = "query Cursor { eventCursor }";

const LATEST_JOBS = `query LatestJobs($id: ID!) {
  jobs(filter: { spaceId: $id }, first: 5) {
    edges { node { id name status progress info outcome { message } } }
  }
}`;

const ANATOMY = `query Anatomy($id: ID!) {
  space(id: $id) {
    id name entity namespace metadata
    actions { ...ActionParts }
    documents { id title actions { ...ActionParts } }
    workbooks {
      id name namespace
      actions { ...ActionParts }
      sheets {
        id name slug readonly lockedAt
        actions { ...ActionParts }
        fields {
          id key type label description readonly
          constraints { type }
          actions { ...ActionParts }
        }
      }
    }
  }
}
fragment ActionParts on Action { id operation label mode primary }`;

const JOBS = `subscription Jobs($id: ID!) {
  jobProgress(spaceId: $id) { id name status progress info outcome { message } }
}`;

const CHANGES = `subscription Changes($id: ID!, $after: String) {
  events(filter: { spaceId: $id }, after: $after) { cursor event { topic } }
}`;

const SIGNS = {
  string: "Aa", number: "#", boolean: "✓", date: "▦", enum: "≡", "enum-list": "≣",
  "string-list": "¶", reference: "→", "reference-list": "⇉",
};
const FINAL = new Set(["COMPLETE", "FAILED", "CANCELED"]);
const REFRESH_AFTER = 250;

/** The view inside `host`; it listens only while it is on screen. */
export class Anatomy {
  constructor(host, { keyNow }) {
    this.keyNow = keyNow;
    this.closed = new Set();
    this.parts = Object.fromEntries(["spaces", "more", "tree", "jobs", "theme", "live"]
      .map((name) => [name, byId(`anatomy-${name}`)]));
    this.watching = [];
    this.jobs = new Map();
    byId("space-search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.list(null);
    });
    this.parts.more.addEventListener("click", () => this.list(this.after));
    host.addEventListener("toggle", ({ target }) => {
      if (!target.dataset.id) return;
      this.closed[target.open ? "delete" : "add"](target.dataset.id);
    }, true); // `toggle` does not bubble.
  }

  enter() {
    this.list(null);
    if (this.id !== undefined) this.choose(this.id);
  }

  leave() {
    this.turn = {};
    clearTimeout(this.refreshing);
    this.watching.forEach(({ stop }) => stop());
    this.watching = [];
    this.parts.live.textContent = "";
  }

  /** Forget what another key was allowed to see. */
  reset() {
    this.leave();
    this.id = undefined;
    for (const name of ["spaces", "tree", "jobs", "theme"]) this.parts[name].replaceChildren();
    this.say("Choose a Space to see what it is made of.");
  }

  say(text) {
    this.parts.tree.replaceChildren(h("p", { class: "quiet" }, text));
  }

  async ask(query, variables) {
    try {
      const request = { query, variables };
      const { result, status } = await runOnce({ request, headers: authorised(this.keyNow()) });
      return { data: result?.data, problem: result?.errors?.[0]?.message ?? `HTTP ${status}` };
    } catch {
      return { problem: "The server does not answer." };
    }
  }

  async list(after) {
    const search = byId("space-name").value.trim() || null;
    const { data, problem } = await this.ask(SPACES, { search, after });
    if (!data?.spaces) {
      this.parts.spaces.replaceChildren(h("li", { class: "quiet" }, problem));
      return;
    }
    const { edges, pageInfo } = data.spaces;
    const items = edges.map(({ node }) => h("li", {}, h("button", {
      type: "button", "data-id": node.id, class: "choice", onclick: () => this.choose(node.id),
    }, h("b", {}, node.name || node.id),
    h("small", {}, [node.entity, node.namespace].filter(Boolean).join(" · ")))));
    if (after === null) this.parts.spaces.replaceChildren();
    this.parts.spaces.append(...items);
    if (this.parts.spaces.childElementCount === 0) {
      this.parts.spaces.append(h("li", { class: "quiet" }, "No Space yet, or none by that name."));
    }
    this.after = pageInfo.endCursor;
    this.parts.more.hidden = !pageInfo.hasNextPage;
    this.mark();
  }

  mark() {
    for (const choice of this.parts.spaces.querySelectorAll(".choice")) {
      choice.setAttribute("aria-current", String(choice.dataset.id === this.id));
    }
  }

  async choose(id) {
    this.leave();
    const { turn } = this;
    if (id !== this.id) this.closed.clear();
    this.id = id;
    this.jobs.clear();
    this.mark();
    const { data: now } = await this.ask(CURSOR, {});
    const drawn = await this.refresh();
    const { data: latest } = drawn ? await this.ask(LATEST_JOBS, { id }) : {};
    // Whoever chose again, or left, while the answers were on their way has the say.
    if (!drawn || this.turn !== turn) return;
    latest?.jobs.edges.forEach(({ node }) => this.jobs.set(node.id, node));
    this.drawJobs();
    this.watchJobs();
    if (now) this.watchChanges(now.eventCursor);
  }

  watch(query, variables, { onResult, onState }) {
    const { turn } = this;
    this.watching.push(subscribe({
      transport: "ws",
      request: { query, variables: { id: this.id, ...variables } },
      headers: authorised(this.keyNow()),
      onResult: ({ data }) => this.turn === turn && data && onResult(data),
      onState: ({ state }) => this.turn === turn && onState(state),
    }));
  }

  watchJobs() {
    this.jobsWatched = true;
    this.watch(JOBS, {}, {
      onResult: ({ jobProgress }) => {
        this.jobs.set(jobProgress.id, jobProgress);
        this.drawJobs();
      },
      onState: (state) => { this.jobsWatched = !["ended", "failed"].includes(state); },
    });
  }

  watchChanges(after) {
    this.watch(CHANGES, { after }, {
      onResult: ({ events }) => this.changed(events.event),
      onState: (state) => {
        const { live } = this.parts;
        live.dataset.state = state;
        live.textContent = { connected: "Live", reconnecting: "Reconnecting…" }[state] ?? "";
      },
    });
  }

  changed(event) {
    if (!event.topic.startsWith("job:")) {
      clearTimeout(this.refreshing);
      this.refreshing = setTimeout(() => this.refresh(), REFRESH_AFTER);
    } else if (!this.jobsWatched) this.watchJobs();
  }

  /** Ask for the tree and draw it; tells whether there was one. */
  async refresh() {
    const { id } = this;
    const { data, problem } = await this.ask(ANATOMY, { id });
    if (this.id !== id) return false;
    if (!data?.space) {
      this.say(data ? "There is no such Space, or this key may not see it." : problem);
      return false;
    }
    this.draw(data.space);
    return true;
  }

  // Drawing

  draw(space) {
    const focused = document.activeElement?.closest("details[data-id]")?.dataset.id;
    this.parts.tree.replaceChildren(
      h("h2", {}, space.name || space.id),
      h("p", { class: "quiet" },
        [space.entity, space.id, space.namespace && `namespace ${space.namespace}`]
          .filter(Boolean).join(" · ")),
      ...actionsOf(space),
      h("h3", {}, "Documents"),
      listOr(space.documents.map((document) => h("li", {},
        h("span", { class: "sign", "aria-hidden": "true" }, "¶"), document.title,
        ...actionsOf(document))), "No documents"),
      h("h3", {}, "Workbooks"),
      ...(space.workbooks.length > 0 ? space.workbooks.map((workbook) => this.workbook(workbook))
        : [h("p", { class: "quiet" }, "No workbooks")]),
    );
    // A refresh must not throw the keyboard back to the top of the page.
    if (focused !== undefined) {
      this.parts.tree.querySelector(`[data-id="${CSS.escape(focused)}"] > summary`)?.focus();
    }
    this.drawTheme(space.metadata?.theme ?? {});
  }

  fold(id, heading, body, className) {
    return h("details", { "data-id": id, class: className, open: !this.closed.has(id) },
      h("summary", {}, heading), body);
  }

  workbook(workbook) {
    const heading = [h("b", {}, workbook.name), " ",
      h("small", { class: "quiet" }, [count(workbook.sheets, "sheet"), workbook.namespace]
        .filter(Boolean).join(" · "))];
    return this.fold(workbook.id, heading, [
      ...actionsOf(workbook), ...workbook.sheets.map((sheet) => this.sheet(sheet))], "workbook");
  }

  sheet(sheet) {
    const closed = sheet.lockedAt ? "locked" : sheet.readonly ? "read-only" : null;
    const heading = [sheet.name, " ", h("small", { class: "quiet" },
      [sheet.slug, count(sheet.fields, "field")].join(" · ")),
    closed === null ? null : h("span", { class: "badge" }, closed)];
    return this.fold(sheet.id, heading, [...actionsOf(sheet),
      h("ul", { class: "plain fields" }, sheet.fields.map(fieldRow))], "sheet");
  }

  drawTheme(theme) {
    const colours = leaves(theme).filter(([, value]) => CSS.supports("color", value));
    this.parts.theme.replaceChildren(listOr(colours.map(([path, value]) => {
      const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = value;
      return h("li", {}, swatch, h("span", {}, path), h("code", {}, value));
    }), "The theme sets no colours."));
  }

  drawJobs() {
    const jobs = [...this.jobs.values()];
    this.parts.jobs.replaceChildren(listOr(jobs.map((job) => h("li", { "data-state": job.status },
      h("div", { class: "job-line" },
        h("b", { id: `job-${job.id}` }, job.name),
        h("span", { class: "badge", "data-status": job.status }, spoken(job.status))),
      h("progress", { max: "100", value: String(job.progress), "aria-labelledby": `job-${job.id}` }),
      h("p", { class: "quiet" },
        [FINAL.has(job.status) ? null : `${job.progress} %`, job.outcome?.message ?? job.info]
          .filter(Boolean).join(" · ")))), "No jobs"));
  }
}

function listOr(items, otherwise) {
  return items.length > 0 ? h("ul", { class: "plain" }, items)
    : h("p", { class: "quiet" }, otherwise);
}

function actionsOf({ actions }) {
  if (!actions?.length) return [];
  return [h("ul", { class: "plain actions", "aria-label": "Actions" }, actions.map((action) => h("li", {
    class: action.primary ? "action primary" : "action", title: `${action.operation}, ${spoken(action.mode)}`,
  }, action.label)))];
}

function fieldRow(field) {
  const type = spoken(field.type);
  const marks = [...field.constraints.map((constraint) => spoken(constraint.type)),
    field.readonly ? "read-only" : null].filter(Boolean);
  return h("li", { title: field.description || null },
    h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[type] ?? "?"),
    h("code", {}, field.key),
    field.label && field.label !== field.key ? h("span", { class: "label" }, field.label) : null,
    h("small", { class: "quiet" }, type),
    marks.map((mark) => h("span", { class: "badge" }, mark)),
    ...actionsOf(field));
}

/** The domain's own spelling of an enum value: `ENUM_LIST` is `enum-list`. */
const spoken = (value) => value.toLowerCase().replaceAll("_", "-");

function leaves(tree, path = []) {
  return Object.entries(tree ?? {}).flatMap(([name, value]) => (
    typeof value === "string" ? [[[...path, name].join("."), value]]
      : value !== null && typeof value === "object" ? leaves(value, [...path, name]) : []));
}

function count(list, noun) {
  return `${list.length} ${noun}${list.length === 1 ? "" : "s"}`;
}
