// Shows what came back: one answer for a query or mutation, a live log for a subscription.

import { h } from "./dom.js";
import { paint } from "./editor.js";

const MAX_ENTRIES = 500;

const STATES = {
  connecting: "Connecting…",
  connected: "Connected",
  reconnecting: "Reconnecting",
  ended: "Ended by the server",
  failed: "Failed",
  stopped: "Stopped",
};

/** The right-hand pane. */
export class Results {
  constructor({ status, answer, log, entries, cursor }) {
    Object.assign(this, { status, answer, log, entries, cursor });
  }

  /** Clear the pane for something that is about to run. */
  start({ live }) {
    this.answer.hidden = live;
    this.log.hidden = !live;
    this.answer.textContent = "";
    this.entries.replaceChildren();
    this.count = 0;
    this.chip(live ? "connecting" : "running", live ? STATES.connecting : "Running…");
    this.note("");
  }

  chip(state, text) {
    this.status.dataset.state = state;
    this.status.textContent = text;
  }

  /** The small print beside the state: duration and size, or count and cursor. */
  note(text) {
    this.cursor.textContent = text;
  }

  problem(text) {
    this.start({ live: false });
    this.chip("failed", "Not sent");
    this.answer.textContent = text;
  }

  answered({ status, result, text, milliseconds }) {
    const failed = result === null || result.errors !== undefined;
    this.chip(failed ? "failed" : "done", failed ? summary(status, result) : "Done");
    this.note(`${milliseconds} ms · ${size(text.length)}${status === 200 ? "" : ` · HTTP ${status}`}`);
    if (result === null) this.answer.textContent = text || "(an empty answer)";
    else paint(this.answer, JSON.stringify(result, null, 2), "json");
  }

  state({ state, reason, retryIn, attempt, cursor, errors, gap }) {
    const wait = state === "reconnecting" ? ` (attempt ${attempt}, in ${seconds(retryIn)})` : "";
    this.chip(state, STATES[state] + wait);
    this.count ??= 0;
    this.counted(cursor);
    if (state !== "connecting") {
      this.entry(STATES[state] + (reason ? `: ${reason}` : ""), { state, detail: errors });
    }
    if (gap) {
      this.entry("No cursor was heard before the loss: events may be missing here.",
        { state: "failed" });
    }
    const expired = errors?.some(({ extensions }) => extensions?.code === "CURSOR_EXPIRED");
    if (expired) this.entry("That cursor is no longer kept. Run again without it to start now.", { state });
  }

  heard(result, cursor) {
    this.count += 1;
    this.counted(cursor);
    this.entry(headline(result), { detail: result, state: result.errors ? "failed" : "event" });
  }

  counted(cursor) {
    const events = `${this.count} ${this.count === 1 ? "event" : "events"}`;
    this.note(cursor ? `${events} · cursor ${cursor}` : events);
  }

  entry(text, { detail, state }) {
    const time = new Date().toLocaleTimeString([], { hour12: false });
    const heading = [h("time", {}, time), " ", h("span", {}, text)];
    const item = detail === undefined ? h("li", { "data-state": state }, heading)
      : h("li", { "data-state": state }, foldable(heading, detail));
    // Follow the newest only while the reader is at the end already.
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const atEnd = scrollHeight - scrollTop - clientHeight < 40;
    this.entries.append(item);
    while (this.entries.childElementCount > MAX_ENTRIES) this.entries.firstElementChild.remove();
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }
}

/** Details whose JSON is only painted once someone looks. */
function foldable(heading, detail) {
  const body = h("pre", {});
  const fold = h("details", {}, h("summary", {}, heading), body);
  fold.addEventListener("toggle", () => paint(body, JSON.stringify(detail, null, 2), "json"),
    { once: true });
  return fold;
}

/** One line that says what an answer of a subscription is about. */
export function headline(result) {
  if (!result.data) return result.errors?.[0]?.message ?? "An answer without data";
  const [name, value] = Object.entries(result.data)[0] ?? ["", null];
  if (value?.event === null) return "checkpoint";
  const subject = value?.event ?? value;
  const words = [
    subject?.topic ?? subject?.name ?? name,
    subject?.status?.toLowerCase?.(),
    typeof subject?.progress === "number" ? `${subject.progress} %` : null,
    subject?.info,
    subject?.namespaces?.join(" "),
  ];
  return words.filter(Boolean).join(" · ");
}

function summary(status, result) {
  const codes = [...new Set((result?.errors ?? []).map(({ extensions }) => extensions?.code))];
  return codes.filter(Boolean).join(", ") || (result === null ? `HTTP ${status}` : "Errors");
}

const size = (length) => (length < 1024 ? `${length} B` : `${(length / 1024).toFixed(1)} kB`);
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
