// Moves requests over HTTP, WebSocket and server-sent events. A subscription is one loop for both
// transports: open, hear, and after a loss open again from the last cursor. Each transport is a
// function that resolves, once its connection is over, to why it ended:
//   {done: true, errors?}   nothing more will come
//   {lost: "why"}           ask again

import {
  SUBPROTOCOL, backoff, connectionInit, cursorIn, isFatalClose, isPassing, readMessage, resumed,
  sseParser, subscribeMessage,
} from "./protocol.js";

const PING_EVERY = 20000;
const STEADY_AFTER = 5000;

/** Where the gateway answers, seen from this page, whatever prefix it is mounted under. */
export function endpoints(base = document.baseURI) {
  const http = new URL("graphql", base);
  const socket = new URL(http);
  socket.protocol = http.protocol === "https:" ? "wss:" : "ws:";
  return { http: http.href, socket: socket.href };
}

/** The headers of a request: the key, unless the caller names another authorisation. */
export function authorised(key, headers = {}) {
  const own = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  return key ? { authorization: `Bearer ${key}`, ...own } : own;
}

/** Run a query or mutation once; resolves to `{status, result, text, milliseconds}`. */
export async function runOnce({ request, headers, signal }) {
  const started = performance.now();
  const response = await fetch(endpoints().http, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
      ...headers,
    },
    body: JSON.stringify(request),
    signal,
  });
  const text = await response.text();
  const milliseconds = Math.round(performance.now() - started);
  let result = null;
  try {
    result = JSON.parse(text);
  } catch { /* A proxy's error page: shown as the text it is. */ }
  return { status: response.status, result, text, milliseconds };
}

/**
 * Keep a subscription alive until it ends, fails or is stopped.
 * `onState({state, reason, retryIn, cursor, gap})` tells of connecting, connected, reconnecting,
 * ended, failed, stopped; `onResult(result)` hands over each answer. Returns `{stop}`.
 */
export function subscribe({ transport, request, headers, onState, onResult }) {
  const controller = new AbortController();
  const open = transport === "sse" ? openStream : openSocket;
  keepSubscribed({ open, request, headers, signal: controller.signal, onState, onResult });
  return { stop: () => controller.abort() };
}

async function keepSubscribed({ open, request, headers, signal, onState, onResult }) {
  let cursor = null;
  let attempt = 0;
  let refused;
  onState({ state: "connecting", cursor });
  for (;;) {
    let openedAt = Infinity;
    const end = await open({
      request: resumed(request, cursor),
      headers,
      cursor,
      signal,
      onOpen() {
        openedAt = performance.now();
        // Without a cursor a stream of events starts anew: whoever watches must know of the gap.
        const gap = attempt > 0 && cursor === null && resumed(request, "") !== request;
        onState({ state: "connected", cursor, gap });
      },
      onResult(result, id) {
        // Only a connection that carried something counts as a success; one that is accepted and
        // dropped at once must not be retried in a hot loop.
        attempt = 0;
        // One event may fail and the next be fine; failing and ending at once is a refusal.
        refused = result.data ? undefined : result.errors;
        cursor = id || cursorIn(result) || cursor;
        onResult(result, cursor);
      },
    });
    if (signal.aborted) return onState({ state: "stopped", cursor });
    if (end.done) return onState(finalState(end.errors ?? refused, cursor));
    if (performance.now() - openedAt > STEADY_AFTER) attempt = 0;
    const retryIn = backoff(attempt);
    attempt += 1;
    onState({ state: "reconnecting", reason: end.lost, retryIn, attempt, cursor });
    await pause(retryIn, signal);
    if (signal.aborted) return onState({ state: "stopped", cursor });
  }
}

function finalState(errors, cursor) {
  return errors === undefined ? { state: "ended", cursor }
    : { state: "failed", reason: errors.map(({ message }) => message).join(" "), errors, cursor };
}

/** Wait, but no longer than until the network is back or the user stops. */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    addEventListener("online", over, { once: true });
    signal.addEventListener("abort", over, { once: true });
  });
}

function openSocket({ request, headers, signal, onOpen, onResult }) {
  return new Promise((resolve) => {
    const socket = new WebSocket(endpoints().socket, SUBPROTOCOL);
    const send = (message) => socket.send(JSON.stringify(message));
    let pinging;
    let unanswered = false;

    const finish = (end) => {
      clearInterval(pinging);
      signal.removeEventListener("abort", stop);
      socket.onmessage = null;
      socket.onclose = null;
      if (socket.readyState < WebSocket.CLOSING) socket.close(1000);
      resolve(end);
    };
    const stop = () => {
      if (socket.readyState === WebSocket.OPEN) send({ id: "1", type: "complete" });
      finish({ done: true });
    };
    // A network that vanishes closes nothing; only a missing pong shows it.
    const ping = () => {
      if (unanswered) return finish({ lost: "the server fell silent" });
      unanswered = true;
      return send({ type: "ping" });
    };
    const hear = {
      connection_ack() {
        send(subscribeMessage("1", request));
        pinging = setInterval(ping, PING_EVERY);
        onOpen();
      },
      ping: () => send({ type: "pong" }),
      pong() {},
      next: ({ payload }) => onResult(payload, null),
      error: ({ payload }) => finish({ done: true, errors: payload }),
      complete: () => finish({ done: true }),
    };

    signal.addEventListener("abort", stop, { once: true });
    socket.onopen = () => send(connectionInit(headers));
    socket.onmessage = ({ data }) => {
      unanswered = false;
      const message = readMessage(data);
      if (hear[message.type] === undefined) {
        return finish({ done: true, errors: [{ message: `Not a message: ${data}` }] });
      }
      return hear[message.type](message);
    };
    socket.onclose = ({ code, reason }) => finish(isFatalClose(code)
      ? { done: true, errors: [{ message: `The server closed the connection: ${reason || code}` }] }
      : { lost: reason || `connection lost (${code})` });
  });
}

async function openStream({ request, headers, cursor, signal, onOpen, onResult }) {
  try {
    const response = await fetch(endpoints().http, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        ...(cursor === null ? {} : { "last-event-id": cursor }),
        ...headers,
      },
      body: JSON.stringify(request),
      signal,
    });
    if (!/^text\/event-stream\b/.test(response.headers.get("content-type") ?? "")) {
      return await refusal(response);
    }
    onOpen();
    return await hearStream(response.body, onResult);
  } catch (error) {
    return { lost: error.message };
  }
}

async function hearStream(body, onResult) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = sseParser();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { lost: "the stream was cut" };
    for (const { event, data, id } of parser.push(value)) {
      if (event === "complete") {
        await reader.cancel();
        return { done: true };
      }
      if (event === "next") onResult(JSON.parse(data), id);
    }
  }
}

async function refusal(response) {
  if (isPassing(response.status)) return { lost: `HTTP ${response.status}` };
  const text = await response.text();
  try {
    const { errors } = JSON.parse(text);
    if (Array.isArray(errors)) return { done: true, errors };
  } catch { /* Not ours: fall through to the status. */ }
  return { done: true, errors: [{ message: `HTTP ${response.status}` }] };
}
