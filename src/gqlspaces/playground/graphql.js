// The language, as far as an editor needs it: tokens, colours, layout, operations. Pure functions
// without the DOM. Everything is tolerant, because a text under the cursor is mostly unfinished.

const TOKEN = new RegExp(
  [
    /(?<string>"""(?:\\"""|[^])*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?)/,
    /(?<comment>#[^\n]*)/,
    /(?<punct>\.\.\.|[!&$():=@[\]{|}])/,
    /(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/,
    /(?<name>[_A-Za-z]\w*)/,
    /(?<space>[\s,\uFEFF]+)/,
    /(?<other>[^])/,
  ].map((part) => part.source).join("|"),
  "g",
);

const OPERATIONS = new Set(["query", "mutation", "subscription"]);
const CLOSING = { "(": ")", "[": "]", "{": "}" };
const MAX_WIDTH = 80;

/** Cut a document into tokens `{kind, text, start}`; joined again they are the document. */
export function tokenize(text) {
  return Array.from(text.matchAll(TOKEN), (match) => {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    return { kind, text: match[0], start: match.index };
  });
}

/** The tokens that carry meaning. */
export function significant(text) {
  return tokenize(text).filter(({ kind }) => kind !== "space" && kind !== "comment");
}

/** Give each token a `colour`, the name of its role. */
export function colourGraphql(text) {
  const tokens = tokenize(text);
  const words = tokens.filter(({ kind }) => kind !== "space" && kind !== "comment");
  const stack = [];
  words.forEach((token, at) => {
    const before = words[at - 1]?.text;
    token.colour = token.kind === "name" ? nameColour(words, at, stack) : token.kind;
    if (token.text === "$" || (before === "$" && token.kind === "name")) token.colour = "variable";
    if (token.text in CLOSING) stack.push(token.text);
    else if (")]}".includes(token.text)) stack.pop();
  });
  return tokens;
}

function nameColour(words, at, stack) {
  const [before, text, after] = [words[at - 1]?.text, words[at].text, words[at + 1]?.text];
  if (before === "@") return "keyword";
  if (before === "on" && (words[at - 2]?.text === "..." || stack.length === 0)) return "type";
  if (stack.length === 0) {
    return OPERATIONS.has(text) || text === "fragment" || text === "on" ? "keyword" : "type";
  }
  if (before === "..." ) return text === "on" ? "keyword" : "type";
  if (!stack.includes("(")) return after === ":" ? "alias" : "field";
  if (after === ":") return "argument";
  return /^(true|false|null)$/.test(text) ? "number" : /^[A-Z]/.test(text) ? "type" : "enum";
}

const JSON_TOKEN =
  /(?<key>"(?:\\.|[^"\\\n])*"(?=\s*:))|(?<string>"(?:\\.|[^"\\\n])*"?)|(?<number>-?\d[\d.eE+-]*|true|false|null)|(?<punct>[{}[\]:,])|(?<space>\s+)|(?<other>[^])/g;

/** The same for JSON. */
export function colourJson(text) {
  return Array.from(text.matchAll(JSON_TOKEN), (match) => {
    const [colour] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    return { colour, text: match[0] };
  });
}

/** List the operations of a document: `{type, name, start, end}`, `name` null when anonymous. */
export function operationsIn(text) {
  const found = [];
  let depth = 0;
  let open = null;
  for (const [at, token, words] of indexed(significant(text))) {
    if (depth === 0 && open === null) {
      if (OPERATIONS.has(token.text)) {
        const next = words[at + 1];
        open = { type: token.text, name: next?.kind === "name" ? next.text : null };
      } else if (token.text === "{") open = { type: "query", name: null };
      else if (token.text === "fragment") open = { type: "fragment" };
      if (open !== null) open.start = token.start;
    }
    if (token.text in CLOSING) depth += 1;
    if (")]}".includes(token.text)) depth -= 1;
    if (token.text === "}" && depth <= 0 && open !== null) {
      found.push({ ...open, end: token.start + 1 });
      [open, depth] = [null, 0];
    }
  }
  if (open !== null) found.push({ ...open, end: text.length });
  return found.filter(({ type }) => type !== "fragment");
}

function* indexed(words) {
  for (let at = 0; at < words.length; at += 1) yield [at, words[at], words];
}

// Layout. Brackets become groups, groups become entries (one per line when broken); a selection
// set is always broken, anything else only when it does not fit.

/** Lay a document out afresh; comments stay. An unbalanced document is returned as it is. */
export function formatGraphql(text) {
  const tokens = tokenize(text).filter(({ kind }) => kind !== "space");
  const reader = { tokens, at: 0 };
  const items = readItems(reader, null);
  if (items === null || reader.at < tokens.length) return text;
  const definitions = cutEntries(items, (item, before) => before === null || isSelection(before)
    || item.kind === "comment" || before.kind === "comment");
  return definitions
    .map((entry) => printEntry(entry, 0))
    // A comment belongs to the definition under it; otherwise a blank line parts definitions.
    .reduce((done, next) => (done === "" ? next
      : done + (done.slice(done.lastIndexOf("\n") + 1).startsWith("#") ? "\n" : "\n\n") + next), "")
    + (definitions.length > 0 ? "\n" : "");
}

function readItems(reader, closing, inValue = false) {
  const items = [];
  while (reader.at < reader.tokens.length) {
    const token = reader.tokens[reader.at];
    if (token.text === closing) return items;
    if (")]}".includes(token.text)) return null;
    reader.at += 1;
    if (!(token.text in CLOSING)) { items.push(token); continue; }
    const value = inValue || token.text !== "{";
    const inner = readItems(reader, CLOSING[token.text], value);
    if (inner === null || reader.at >= reader.tokens.length) return null;
    reader.at += 1;
    items.push({ kind: "group", open: token.text, selection: !value, items: inner });
  }
  return closing === null ? items : null;
}

const isSelection = (item) => item.kind === "group" && item.selection;

function cutEntries(items, startsEntry) {
  const entries = [];
  items.forEach((item, at) => {
    if (at === 0 || startsEntry(item, items[at - 1], items[at + 1])) entries.push([]);
    entries.at(-1).push(item);
  });
  return entries;
}

function startsInSelection(item, before) {
  if (item.kind === "comment" || before.kind === "comment" || item.text === "...") return true;
  return item.kind === "name" && ![":", "@", "...", "$"].includes(before.text)
    && !(before.text === "on");
}

function startsInValue(item, before, after) {
  if (item.kind === "comment" || before.kind === "comment") return true;
  if (item.text === "$") return before.text !== ":" && before.text !== "=";
  return item.kind === "name" && after?.text === ":" && before.text !== "$";
}

function startsInList(item, before) {
  return item.text !== "!" && before.text !== "$" && item.kind !== "other";
}

function printEntry(entry, depth) {
  return entry.reduce((line, item, at) => {
    const before = entry[at - 1];
    const printed = item.kind === "group" ? printGroup(item, depth, line) : item.text;
    return line + (before === undefined ? "" : gap(before, item)) + printed;
  }, "");
}

function gap(before, item) {
  if ([":", "!"].includes(item.text) || item.open === "(") return "";
  if (["$", "@"].includes(before.text)) return "";
  if (before.text === "..." && item.kind === "name" && item.text !== "on") return "";
  return " ";
}

function printGroup(group, depth, line) {
  const cut = group.selection ? startsInSelection : group.open === "[" ? startsInList : startsInValue;
  const entries = cutEntries(group.items, cut);
  const close = CLOSING[group.open];
  if (entries.length === 0) return group.open + close;
  if (!group.selection && !group.items.some(({ kind }) => kind === "comment")) {
    const pad = group.open === "{" ? " " : "";
    const flat = group.open + pad + entries.map((entry) => printEntry(entry, depth)).join(", ")
      + pad + close;
    const column = line.length - line.lastIndexOf("\n") - 1 + 2 * depth;
    if (!flat.includes("\n") && column + flat.length <= MAX_WIDTH) return flat;
  }
  const indent = "  ".repeat(depth + 1);
  const lines = entries.map((entry) => indent + printEntry(entry, depth + 1));
  return `${group.open}\n${lines.join("\n")}\n${"  ".repeat(depth)}${close}`;
}

/** Lay JSON out afresh; what does not parse is returned as it is. */
export function formatJson(text) {
  try {
    return text.trim() === "" ? "" : `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  } catch {
    return text;
  }
}

/**
 * Say where the subscription field `field` takes `argument`, so that a dropped subscription can
 * be asked again from a cursor whatever its author wrote. Gives `{variable}` when the argument is
 * a variable, `{query}` with the literal put in otherwise, null when the field is not there.
 */
export function withArgument(query, { field, argument, value, operationName }) {
  const words = significant(query);
  const range = operationsIn(query).find(({ type, name }) => type === "subscription"
    && (!operationName || name === operationName));
  if (range === undefined) return null;
  const at = rootField(words, field, range);
  if (at < 0) return null;
  const literal = `${argument}: ${JSON.stringify(value)}`;
  const put = (start, end, text) => ({ query: query.slice(0, start) + text + query.slice(end) });
  if (words[at + 1]?.text !== "(") {
    const end = words[at].start + field.length;
    return put(end, end, `(${literal})`);
  }
  const given = ownArgument(words, at + 1, argument);
  if (given < 0) return put(words[at + 1].start + 1, words[at + 1].start + 1, `${literal}, `);
  const old = words[given + 2];
  if (old.text === "$") return { variable: words[given + 3].text };
  return put(words[given].start, old.start + old.text.length, literal);
}

function rootField(words, field, { start, end }) {
  let [braces, parens] = [0, 0];
  return words.findIndex((token, at) => {
    if (token.start < start || token.start >= end) return false;
    if (token.text === "(") parens += 1;
    if (token.text === ")") parens -= 1;
    if (parens === 0 && token.text === "{") braces += 1;
    if (parens === 0 && token.text === "}") braces -= 1;
    return braces === 1 && parens === 0 && token.text === field && words[at + 1]?.text !== ":";
  });
}

function ownArgument(words, open, argument) {
  let depth = 0;
  for (let at = open; at < words.length; at += 1) {
    if (words[at].text in CLOSING) depth += 1;
    if (")]}".includes(words[at].text)) depth -= 1;
    if (depth === 0) return -1;
    if (depth === 1 && words[at].text === argument && words[at + 1]?.text === ":") return at;
  }
  return -1;
}
