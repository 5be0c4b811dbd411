// The schema as the server tells it: an index for completion, and a browser with search and
// click-through. Fetched with the user's key, since what a key may see is the server's business.

import { h } from "./dom.js";

const typeRef = (wrappers) => (
  wrappers === 0 ? "kind name" : `kind name ofType { ${typeRef(wrappers - 1)} }`);
const TYPE_REF = typeRef(5); // deep enough for [[String!]!]!
const INPUT = `name description defaultValue type { ${TYPE_REF} }`;

export const INTROSPECTION = `query Introspection {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) {
        name description isDeprecated deprecationReason
        args { ${INPUT} } type { ${TYPE_REF} }
      }
      inputFields { ${INPUT} }
      interfaces { name } possibleTypes { name }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    }
  }
}`;

const MAX_FOUND = 80;
const ROOTS = ["queryType", "mutationType", "subscriptionType"];
const KEYWORDS = { queryType: "query", mutationType: "mutation", subscriptionType: "subscription" };

/** An introspected schema, indexed by name. */
export class Schema {
  constructor({ __schema: raw }) {
    this.raw = raw;
    const shown = raw.types.filter(({ name }) => !name.startsWith("__"));
    this.types = new Map(shown.map((type) => [type.name, indexed(type)]));
  }

  type(name) {
    return this.types.get(name);
  }

  root(role) {
    return this.type(this.raw[role]?.name);
  }

  roots() {
    return ROOTS.map((role) => this.root(role)).filter(Boolean);
  }

  composites() {
    return [...this.types.values()].filter(({ kind }) => (
      kind === "OBJECT" || kind === "INTERFACE" || kind === "UNION"));
  }

  inputs() {
    return [...this.types.values()].filter(({ kind }) => (
      kind === "SCALAR" || kind === "ENUM" || kind === "INPUT_OBJECT"));
  }

  /** Types and fields whose name has all the words; names beat descriptions. */
  find(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (...places) => words.every((word) => (
      places.some((place) => place?.toLowerCase().includes(word))));
    const found = { byName: [], byText: [] };
    for (const type of this.types.values()) {
      note(found, has, { type, name: type.name, description: type.description });
      for (const member of membersOf(type)) {
        const { name, description } = member;
        note(found, has, { type, member, name: `${type.name}.${name}`, description });
      }
    }
    return [...found.byName, ...found.byText].slice(0, MAX_FOUND);
  }
}

function note(found, has, hit) {
  if (has(hit.name)) found.byName.push(hit);
  else if (has(hit.name, hit.description)) found.byText.push(hit);
}

const membersOf = (type) => [
  ...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])];

function indexed(type) {
  const withType = (input) => ({
    ...input, typeName: innermost(input.type), typeText: written(input.type),
  });
  return {
    ...type,
    fields: type.fields?.map((field) => ({ ...withType(field), args: field.args.map(withType) })),
    inputFields: type.inputFields?.map(withType),
  };
}

const innermost = (ref) => (ref.ofType ? innermost(ref.ofType) : ref.name);

function written(ref) {
  if (ref.kind === "NON_NULL") return `${written(ref.ofType)}!`;
  return ref.kind === "LIST" ? `[${written(ref.ofType)}]` : ref.name;
}

/** Write an operation for a root field: its arguments as variables, its scalars as selection. */
export function skeleton(schema, field, keyword) {
  const isRequired = (arg) => arg.typeText.endsWith("!") && arg.defaultValue === null;
  const args = field.args.filter((arg) => isRequired(arg) || arg.name === "after");
  const name = field.name[0].toUpperCase() + field.name.slice(1);
  const declared = args.map((arg) => `$${arg.name}: ${arg.typeText}`).join(", ");
  const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(", ");
  const head = `${keyword} ${name}${declared && `(${declared})`}`;
  const body = selection(schema, schema.type(field.typeName), 2);
  const call = `${field.name}${given && `(${given})`}${body}`;
  const variables = Object.fromEntries(args.filter(isRequired)
    .map((arg) => [arg.name, sample(schema, schema.type(arg.typeName), arg.typeText)]));
  return {
    query: `${head} { ${call} }`,
    variables: args.some(isRequired) ? variables : undefined,
  };
}

function selection(schema, type, depth) {
  if (!type?.fields) return type?.kind === "UNION" ? " { __typename }" : "";
  const callable = type.fields.filter(({ args }) => (
    args.every(({ typeText }) => !typeText.endsWith("!"))));
  const leaves = callable.filter(({ typeName }) => (
    ["SCALAR", "ENUM"].includes(schema.type(typeName)?.kind)));
  const nested = depth === 0 ? [] : callable.filter((field) => !leaves.includes(field));
  const parts = [
    ...leaves.map(({ name }) => name),
    ...nested.map((field) => field.name + selection(schema, schema.type(field.typeName), depth - 1)),
  ];
  return ` { ${parts.length > 0 ? parts.join(" ") : "__typename"} }`;
}

function sample(schema, type, text, depth = 0) {
  if (text.startsWith("[")) return [];
  if (type?.kind === "ENUM") return type.enumValues[0].name;
  if (type?.kind === "INPUT_OBJECT") {
    const required = type.inputFields.filter(({ typeText }) => typeText.endsWith("!"));
    return Object.fromEntries((depth > 3 ? [] : required).map((field) => (
      [field.name, sample(schema, schema.type(field.typeName), field.typeText, depth + 1)])));
  }
  return { Int: 0, Float: 0, Boolean: false, JSON: {} }[type?.name] ?? "";
}

/** The browser inside `host`; `onWrite({query, variables})` opens an operation it wrote. */
export class SchemaBrowser {
  constructor(host, { onWrite }) {
    this.onWrite = onWrite;
    this.schema = null;
    this.trail = [];
    this.search = h("input", {
      type: "search", "aria-label": "Search the schema", placeholder: "Search types and fields",
      oninput: () => this.show(),
    });
    this.body = h("div", { class: "schema-body", tabindex: "-1" });
    host.append(this.search, this.body);
    this.explain("Enter an API key to read the schema.");
  }

  explain(text) {
    this.schema = null;
    this.body.replaceChildren(h("p", { class: "quiet" }, text));
  }

  use(schema) {
    this.schema = schema;
    this.trail = this.trail.filter((name) => schema.type(name) !== undefined);
    this.show();
  }

  open(name) {
    this.search.value = "";
    const at = this.trail.indexOf(name);
    this.trail = at < 0 ? [...this.trail, name] : this.trail.slice(0, at + 1);
    this.show();
    this.body.scrollTop = 0;
    this.body.focus({ preventScroll: true });
  }

  show() {
    if (this.schema === null) return;
    const wanted = this.search.value.trim();
    const current = this.schema.type(this.trail.at(-1));
    this.body.replaceChildren(...(wanted !== "" ? this.hits(wanted)
      : current === undefined ? this.overview() : this.page(current)));
  }

  link(name, text = name) {
    return this.schema.type(name) === undefined ? h("span", {}, text)
      : h("button", { type: "button", class: "link", onclick: () => this.open(name) }, text);
  }

  hits(wanted) {
    const found = this.schema.find(wanted);
    if (found.length === 0) return [h("p", { class: "quiet" }, "Nothing by that name.")];
    return [h("ul", { class: "plain" }, found.map(({ type, name, description }) => h("li", {},
      this.link(type.name, name), h("p", { class: "quiet" }, firstSentence(description)))))];
  }

  overview() {
    const roots = this.schema.roots();
    const others = [...this.schema.types.values()].filter((type) => !roots.includes(type))
      .sort((a, b) => a.name.localeCompare(b.name));
    const list = (types) => h("ul", { class: "plain" }, types.map((type) => h("li", {},
      this.link(type.name), " ", h("small", { class: "quiet" }, wordFor(type.kind)))));
    return [h("h2", {}, "Start here"), list(roots), h("h2", {}, "All types"), list(others)];
  }

  page(type) {
    const home = () => { this.trail = []; this.show(); };
    const rootRole = ROOTS.find((role) => this.schema.root(role) === type);
    const related = [...(type.interfaces ?? []), ...(type.possibleTypes ?? [])];
    return [
      h("nav", { "aria-label": "Schema path", class: "trail" },
        h("button", { type: "button", class: "link", onclick: home }, "Schema"),
        this.trail.map((name) => [" › ", this.link(name)])),
      h("h2", {}, type.name, " ", h("small", { class: "quiet" }, wordFor(type.kind))),
      type.description ? h("p", {}, type.description) : null,
      related.length > 0 ? h("p", {}, type.interfaces?.length > 0 ? "Is a " : "One of ",
        related.map(({ name }, at) => [at > 0 ? ", " : "", this.link(name)])) : null,
      h("ul", { class: "plain members" },
        membersOf(type).map((member) => this.member(member, KEYWORDS[rootRole]))),
    ].filter(Boolean);
  }

  member(member, keyword) {
    const write = keyword === undefined ? null : h("button", {
      type: "button", class: "small", "aria-label": `Write a ${keyword} with ${member.name}`,
      onclick: () => this.onWrite(skeleton(this.schema, member, keyword)),
    }, "Write");
    return h("li", {},
      h("div", { class: "signature" },
        h("code", {}, h("b", {}, member.name),
          member.typeName === undefined ? "" : ": ",
          member.typeName === undefined ? "" : this.link(member.typeName, member.typeText),
          [undefined, null, "null"].includes(member.defaultValue) ? "" : ` = ${member.defaultValue}`),
        write),
      member.description ? h("p", {}, member.description) : null,
      member.isDeprecated ? h("p", { class: "warn" }, `Deprecated: ${member.deprecationReason}`) : null,
      member.args?.length > 0 ? h("ul", { class: "plain arguments", "aria-label": "Arguments" },
        member.args.map((arg) => this.member(arg))) : null);
  }
}

const firstSentence = (text) => (text ?? "").split(/(?<=\.)\s/)[0];

function wordFor(kind) {
  return { OBJECT: "type", INPUT_OBJECT: "input" }[kind] ?? kind.toLowerCase();
}
