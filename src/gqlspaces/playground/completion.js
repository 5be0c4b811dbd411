// What may stand at a place in a document, worked out from the schema. One walk over the tokens
// before the cursor keeps a stack of where we are: selection sets, arguments, input objects.

import { significant } from "./graphql.js";

const ROOTS = { query: "queryType", mutation: "mutationType", subscription: "subscriptionType" };
const DIRECTIVES = [
  { label: "include", detail: "(if: Boolean!)" }, { label: "skip", detail: "(if: Boolean!)" },
];

/** The suggestions at `position`: `{from, options: [{label, detail, description}]}`. */
export function suggest(schema, text, position) {
  const [prefix] = /\w*$/.exec(text.slice(0, position));
  const from = position - prefix.length;
  const words = significant(text.slice(0, from));
  // An open string or comment swallows the rest of the text: nothing to suggest inside.
  const last = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  if (/#/.test(last) || (last.split('"').length - 1) % 2 === 1) return { from, options: [] };
  const wanted = prefix.toLowerCase();
  const options = optionsAt(schema, words, text)
    .filter(({ label }) => label.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a, wanted) - rank(b, wanted));
  return { from, options };
}

function rank({ label }, wanted) {
  const at = label.toLowerCase().indexOf(wanted);
  return at === 0 ? 0 : 1;
}

function optionsAt(schema, words, text) {
  const { frame, before, expected } = walk(schema, words);
  if (before === "@") return DIRECTIVES;
  if (before === "$") return variablesOf(text);
  if (before === "on") return schema.composites().map(({ name }) => ({ label: name }));
  if (before === "...") return [{ label: "on", detail: "a type" }];
  if (frame === undefined) return ["query", "mutation", "subscription", "fragment"].map(named);
  if (frame.kind === "selection") return fieldsOf(frame.type);
  if (frame.kind === "variables") {
    return before === ":" || before === "[" ? schema.inputs().map(({ name }) => named(name)) : [];
  }
  if (before === ":" || before === "[" || frame.kind === "list") return valuesOf(expected);
  return (frame.inputs ?? []).map((input) => (
    { label: input.name, detail: input.typeText, description: input.description }));
}

const named = (label) => ({ label });

function fieldsOf(type) {
  const own = (type?.fields ?? []).map((field) => (
    { label: field.name, detail: field.typeText, description: field.description }));
  return type === undefined ? [] : [...own, { label: "__typename", detail: "String!" }];
}

function valuesOf(type) {
  if (type?.kind === "ENUM") {
    return type.enumValues.map(({ name, description }) => ({ label: name, description }));
  }
  return type?.name === "Boolean" ? ["true", "false"].map(named) : [];
}

function variablesOf(text) {
  return [...new Set(Array.from(text.matchAll(/\$(\w+)\s*:/g), ([, name]) => name))].map(named);
}

function walk(schema, words) {
  const stack = [];
  // `type`: what a "{" would open; `inputs`: what a "(" would open; `expected`: the value wanted.
  let state = { type: schema.root("queryType"), inputs: null, expected: undefined };
  words.forEach((token, at) => {
    state = step(schema, { stack, state, token, before: words[at - 1], after: words[at + 1] });
  });
  return { frame: stack.at(-1), before: words.at(-1)?.text, expected: state.expected };
}

function step(schema, place) {
  const { stack, state, token } = place;
  if ("([{".includes(token.text)) return opened(stack, state, token.text);
  if (")]}".includes(token.text)) {
    const frame = stack.pop();
    return { ...state, type: frame?.outer, expected: frame?.expected, inputs: null };
  }
  if (token.kind !== "name") return state;
  const frame = stack.at(-1);
  if (frame === undefined) return named0(schema, place);
  if (frame.kind === "selection") return inSelection(schema, place, frame);
  if (place.before?.text === ":" || place.before?.text === "$") return state;
  const input = (frame.inputs ?? []).find(({ name }) => name === token.text);
  return input === undefined ? state : { ...state, expected: schema.type(input.typeName) };
}

function opened(stack, state, text) {
  const frame = stack.at(-1);
  const inValue = frame !== undefined && frame.kind !== "selection";
  const common = { outer: state.type, expected: state.expected };
  if (text === "(") {
    const kind = frame === undefined ? "variables" : "arguments";
    stack.push({ ...common, kind, inputs: state.inputs });
  } else if (text === "[") {
    const kind = frame?.kind === "variables" ? "variables" : "list";
    stack.push({ ...common, kind });
  } else if (inValue) {
    stack.push({ ...common, kind: "object", inputs: state.expected?.inputFields ?? [] });
  } else {
    stack.push({ ...common, kind: "selection", type: state.type });
  }
  return state;
}

function named0(schema, { state, token, before }) {
  if (before?.text === "on") return { ...state, type: schema.type(token.text) };
  const root = ROOTS[token.text];
  return root === undefined ? state : { ...state, type: schema.root(root) };
}

function inSelection(schema, { state, token, before }, frame) {
  if (before?.text === "@") return { ...state, inputs: [{ name: "if", typeName: "Boolean" }] };
  if (before?.text === "on") return { ...state, type: schema.type(token.text) };
  if (before?.text === "..." && token.text === "on") return { ...state, type: frame.type };
  const field = (frame.type?.fields ?? []).find(({ name }) => name === token.text);
  return { ...state, type: schema.type(field?.typeName), inputs: field?.args ?? [] };
}
