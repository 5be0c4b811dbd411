// What is said on the wire, as pure functions: no socket, no fetch, no clock. `transport.js` moves
// the bytes; everything that can be wrong about them is decided, and tested, here.

import { withArgument } from "./graphql.js";

export const SUBPROTOCOL = "graphql-transport-ws";

// Close codes after which asking again would only be refused again.
const FATAL_CLOSES = new Set([1002, 4004, 4005, 4400, 4401, 4403, 4406, 4409, 4429]);

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15000;

/** The first message of a socket; browsers cannot set headers on one, so they travel inside. */
export function connectionInit(headers) {
  return { type: "connection_init", payload: headers };
}

/** Ask for one operation under an id of ours. */
export function subscribeMessage(id, request) {
  return { id, type: "subscribe", payload: request };
}

/** Read a message of the server; anything that is not one gives `{type: "invalid"}`. */
export function readMessage(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === "string" ? message : { type: "invalid" };
  } catch {
    return { type: "invalid" };
  }
}

/** Whether a socket closed for good. */
export function isFatalClose(code) {
  return FATAL_CLOSES.has(code);
}

/** Whether an HTTP status says "not now" rather than "no". */
export function isPassing(status) {
  return status === 408 || status === 429 || status >= 500;
}

/** Milliseconds before the n-th new attempt (0-based): doubling, with jitter against herds. */
export function backoff(attempt, random = Math.random) {
  const full = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt);
  return Math.round(full * (0.5 + random() / 2));
}

/**
 * Make a parser of server-sent events. `push(text)` takes any piece of the stream and returns
 * the events it completed: `{event, data, id}`, `id` being the last one seen so far.
 */
export function sseParser() {
  let rest = "";
  let started = false;
  let lastId = "";
  let [event, data] = ["", []];

  function line(text) {
    if (text === "") {
      const done = data.length > 0 || event !== ""
        ? [{ event: event || "message", data: data.join("\n"), id: lastId }] : [];
      [event, data] = ["", []];
      return done;
    }
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(text);
    if (name === "event") event = value ?? "";
    if (name === "data") data.push(value ?? "");
    if (name === "id" && !(value ?? "").includes("\0")) lastId = value ?? "";
    return [];
  }

  return {
    push(text) {
      let all = rest + text;
      if (!started && all !== "") {
        started = true;
        all = all.replace(/^\uFEFF/, "");
      }
      // A CR at the very end may be half of a CRLF: it waits for the next piece.
      const pieces = all.split(/\r\n|\n|\r(?!$)/);
      rest = pieces.pop();
      return pieces.flatMap(line);
    },
  };
}

/** The cursor of a subscription's answer, null where the document did not ask for one. */
export function cursorIn(result) {
  for (const value of Object.values(result?.data ?? {})) {
    if (typeof value?.cursor === "string") return value.cursor;
  }
  return null;
}

/** The same request, going on after a cursor. */
export function resumed(request, cursor) {
  if (cursor === null) return request;
  const place = withArgument(request.query, {
    field: "events", argument: "after", value: cursor, operationName: request.operationName,
  });
  if (place === null) return request;
  if (place.query !== undefined) return { ...request, query: place.query };
  return { ...request, variables: { ...request.variables, [place.variable]: cursor } };
}

/** The body of a request, without the parts that would be empty. */
export function requestOf({ query, variables = {}, operationName = null }) {
  return {
    query,
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    ...(operationName ? { operationName } : {}),
  };
}

/** Whether an answer says that a key is missing or unknown. */
export function isUnauthenticated(result) {
  return (result?.errors ?? []).some((error) => error.extensions?.code === "UNAUTHENTICATED");
}

/** Parse the headers or variables editor: `{value}` or `{problem}`; empty means `{}`. */
export function parseObject(text, what) {
  if (text.trim() === "") return { value: {} };
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return { value };
    return { problem: `${what} must be a JSON object.` };
  } catch (error) {
    return { problem: `${what}: ${error.message}` };
  }
}

// Copies name an environment variable and never the key: they end in chats and shell histories.

const shellQuoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The request as a command line. */
export function toCurl({ url, request, headers, stream }) {
  const lines = [
    `curl ${stream ? "--no-buffer " : ""}${shellQuoted(url)}`,
    `  -H "Authorization: Bearer $GQLSPACES_KEY"`,
    `  -H 'Content-Type: application/json'`,
    ...(stream ? [`  -H 'Accept: text/event-stream'`] : []),
    ...otherHeaders(headers).map(([name, value]) => `  -H ${shellQuoted(`${name}: ${value}`)}`),
    `  --data ${shellQuoted(JSON.stringify(request, null, 2))}`,
  ];
  return `${lines.join(" \\\n")}\n`;
}

/** The request as a Python program that needs the standard library only. */
export function toPython({ url, request, headers, stream }) {
  const others = otherHeaders(headers)
    .map(([name, value]) => `        ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`);
  return `import json
import os
from urllib.request import Request, urlopen

QUERY = ${pythonText(request.query)}

request = Request(
    ${JSON.stringify(url)},
    data=json.dumps(
        {
            "query": QUERY,
            "variables": json.loads(${pythonText(JSON.stringify(request.variables ?? {}, null, 2))}),
            "operationName": ${request.operationName ? JSON.stringify(request.operationName) : "None"},
        }
    ).encode(),
    headers={
        "Authorization": f"Bearer {os.environ['GQLSPACES_KEY']}",
        "Content-Type": "application/json",
${stream ? '        "Accept": "text/event-stream",\n' : ""}${others.join("")}    },
)
with urlopen(request) as answer:
${stream ? '    for line in answer:\n        print(line.decode(), end="")' : "    print(json.dumps(json.load(answer), indent=2))"}
`;
}

function otherHeaders(headers) {
  return Object.entries(headers ?? {})
    .filter(([name]) => name.toLowerCase() !== "authorization")
    .map(([name, value]) => [name, String(value)]);
}

function pythonText(text) {
  return `"""${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"""`;
}
