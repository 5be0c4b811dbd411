// A text editor out of a plain textarea: the browser keeps the text, the caret, undo, spelling of
// other scripts and every assistive technology; a painted copy underneath gives it colours. Tab
// moves on as everywhere on the page, so that nobody is trapped; Ctrl-] and Ctrl-[ indent.

import { h } from "./dom.js";
import { colourGraphql, colourJson } from "./graphql.js";

const PAIRS = { "{": "}", "(": ")", "[": "]" };
const MAX_PAINTED = 60000;
const MAX_SUGGESTIONS = 60;
let count = 0;

/** Show text in colours inside `host`; very long text stays plain, to stay quick. */
export function paint(host, text, language) {
  if (text.length > MAX_PAINTED) {
    host.textContent = text;
    return;
  }
  const tokens = language === "json" ? colourJson(text) : colourGraphql(text);
  host.replaceChildren(...tokens.map(({ kind, colour = kind, text: piece }) => (
    colour === "space" ? document.createTextNode(piece)
      : h("span", { class: `t-${colour}` }, piece))));
}

/** An editor inside `host`; `suggest(text, position)` may offer completions. */
export class Editor {
  constructor(host, { label, language, placeholder = "", onChange, suggest = null }) {
    count += 1;
    this.language = language;
    this.onChange = onChange;
    this.suggest = suggest;
    this.gutter = h("div", { class: "gutter", "aria-hidden": "true" });
    this.paper = h("pre", { class: "paper", "aria-hidden": "true" });
    this.list = h("ul", {
      class: "suggestions", role: "listbox", id: `suggestions-${count}`, hidden: true,
      "aria-label": "Completions",
    });
    this.area = h("textarea", {
      "aria-label": label, placeholder, spellcheck: "false", autocapitalize: "off",
      autocomplete: "off", autocorrect: "off", wrap: "off",
      ...(suggest === null ? {} : {
        "aria-autocomplete": "list", "aria-controls": this.list.id,
      }),
      oninput: () => this.changed(),
      onscroll: () => this.follow(),
      onkeydown: (event) => this.key(event),
      onblur: () => this.closeSuggestions(),
      onclick: () => this.closeSuggestions(),
    });
    host.classList.add("editor");
    host.append(this.gutter, h("div", { class: "surface" }, this.paper, this.area, this.list));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // The textarea keeps the focus.
      const at = [...this.list.children].indexOf(event.target.closest("li"));
      if (at >= 0) this.accept(at);
    });
    this.repaint();
  }

  get value() {
    return this.area.value;
  }

  set value(text) {
    this.area.value = text;
    this.area.scrollTop = 0;
    this.closeSuggestions();
    this.repaint();
  }

  /** Where the caret is, as an offset into the text. */
  get position() {
    return this.area.selectionStart;
  }

  /** Replace a range through the browser, so that undo knows of it. */
  replace(start, end, text, caret = start + text.length) {
    this.area.focus();
    this.area.setSelectionRange(start, end);
    const done = document.execCommand(text === "" ? "delete" : "insertText", false, text);
    if (!done) {
      this.area.setRangeText(text, start, end);
      this.changed();
    }
    this.area.setSelectionRange(caret, caret);
  }

  changed() {
    this.repaint();
    if (!this.list.hidden) this.openSuggestions();
    this.onChange?.(this.value);
  }

  repaint() {
    const { value } = this.area;
    // The last, empty line needs something in it to have a height.
    paint(this.paper, `${value}\n`, this.language);
    const lines = value.split("\n").length;
    if (this.gutter.childElementCount !== lines) {
      this.gutter.replaceChildren(
        ...Array.from({ length: lines }, (_, at) => h("div", {}, String(at + 1))));
    }
    this.follow();
  }

  follow() {
    const { scrollLeft, scrollTop } = this.area;
    this.paper.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.gutter.scrollTop = scrollTop;
  }

  key(event) {
    const command = event.ctrlKey || event.metaKey;
    if (this.suggest !== null && event.ctrlKey && event.code === "Space") {
      event.preventDefault();
      this.openSuggestions();
    } else if (!this.list.hidden && this.keyInList(event.key)) event.preventDefault();
    else if (command && (event.key === "]" || event.key === "[")) {
      event.preventDefault();
      this.indent(event.key === "]");
    } else if (!command && !event.altKey && this.typed(event.key)) event.preventDefault();
  }

  keyInList(key) {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (key in moves) this.highlight(this.chosen + moves[key]);
    else if (key === "Enter" || key === "Tab") this.accept(this.chosen);
    else if (key === "Escape") this.closeSuggestions();
    else return false;
    return true;
  }

  /** Brackets come in pairs, and a new line starts where the last one did. */
  typed(key) {
    const { value, selectionStart: start, selectionEnd: end } = this.area;
    const [before, after] = [value[start - 1], value[end]];
    if (key in PAIRS) {
      const selected = value.slice(start, end);
      // Before a word, an opening bracket alone is what is meant.
      if (start === end && /[\w$"]/.test(after ?? "")) return false;
      this.replace(start, end, key + selected + PAIRS[key], start + 1 + selected.length);
    } else if (start === end && Object.values(PAIRS).includes(key) && after === key) {
      this.area.setSelectionRange(start + 1, start + 1);
    } else if (key === "Backspace" && start === end && before in PAIRS && PAIRS[before] === after) {
      this.replace(start - 1, start + 1, "", start - 1);
    } else if (key === "Enter") {
      const line = value.slice(value.lastIndexOf("\n", start - 1) + 1, start);
      const margin = `\n${/^\s*/.exec(line)[0]}`;
      const inner = before in PAIRS ? `${margin}  ` : margin;
      const outer = before in PAIRS && PAIRS[before] === after ? margin : "";
      this.replace(start, end, inner + outer, start + inner.length);
    } else return false;
    return true;
  }

  indent(deeper) {
    const { value, selectionStart, selectionEnd } = this.area;
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const lines = value.slice(start, selectionEnd).split("\n");
    const moved = lines.map((line) => (deeper ? `  ${line}` : line.replace(/^ {1,2}/, "")));
    const text = moved.join("\n");
    this.replace(start, selectionEnd, text);
    if (lines.length > 1) this.area.setSelectionRange(start, start + text.length);
  }

  openSuggestions() {
    const { from, options } = this.suggest(this.value, this.position);
    this.from = from;
    this.options = options.slice(0, MAX_SUGGESTIONS);
    if (this.options.length === 0) {
      this.closeSuggestions();
      return;
    }
    this.list.replaceChildren(...this.options.map(({ label, detail = "", description }, at) => h(
      "li", { role: "option", id: `${this.list.id}-${at}`, title: description || null },
      h("span", {}, label), h("small", {}, detail))));
    this.list.hidden = false;
    this.placeSuggestions();
    this.highlight(0);
  }

  placeSuggestions() {
    const before = this.value.slice(0, this.from);
    const column = before.length - before.lastIndexOf("\n") - 1;
    const row = before.split("\n").length;
    const look = getComputedStyle(this.area);
    const line = parseFloat(look.lineHeight);
    const edge = parseFloat(look.paddingTop);
    const top = edge + row * line - this.area.scrollTop;
    const room = this.area.clientHeight - top;
    const height = this.list.offsetHeight;
    const left = edge + column * characterWidth(look) - this.area.scrollLeft;
    const most = Math.max(0, this.area.clientWidth - this.list.offsetWidth - 4);
    this.list.style.left = `${Math.min(Math.max(0, left), most)}px`;
    this.list.style.top = `${room < height && top > height ? top - line - height : top}px`;
  }

  highlight(at) {
    this.chosen = Math.max(0, Math.min(at, this.options.length - 1));
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.chosen));
    });
    const item = this.list.children[this.chosen];
    this.area.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  accept(at) {
    const { label } = this.options[at];
    this.closeSuggestions();
    this.replace(this.from, this.position, label);
  }

  closeSuggestions() {
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  }
}

let ruler;

function characterWidth(look) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = `${look.fontSize} ${look.fontFamily}`;
  return ruler.measureText("0").width;
}
