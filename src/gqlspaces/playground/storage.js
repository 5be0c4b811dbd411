// What the page remembers. The API key and the extra headers (which may hold another key) live in
// sessionStorage and die with the tab; operations, variables and history live in localStorage.

const MAX_HISTORY = 50;
const KEY = "gqlspaces.key";
const HEADERS = "gqlspaces.headers";
const TABS = "gqlspaces.tabs";
const HISTORY = "gqlspaces.history";

// A browser may refuse storage altogether; the page then simply forgets.
function read(storage, name, otherwise) {
  try {
    return JSON.parse(storage().getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function write(storage, name, value) {
  try {
    if (value === null) storage().removeItem(name);
    else storage().setItem(name, JSON.stringify(value));
  } catch { /* Full or refused. */ }
}

const session = () => sessionStorage;
const local = () => localStorage;

/** Take keys out of text that is about to be kept: one may have been pasted anywhere. */
export function withoutKeys(text) {
  return text.replace(/gsk_[\w-]+/g, "gsk_…");
}

export const loadKey = () => read(session, KEY, "");
export const saveKey = (key) => write(session, KEY, key || null);
export const loadHeaders = () => read(session, HEADERS, {});
export const saveHeaders = (headersByTab) => write(session, HEADERS, headersByTab);
export const loadTabs = () => read(local, TABS, { tabs: [], current: null });
export const loadHistory = () => read(local, HISTORY, []);
export const clearHistory = () => write(local, HISTORY, null);

export function saveTabs({ tabs, current }) {
  const kept = tabs.map(({ id, query, variables }) => (
    { id, query: withoutKeys(query), variables: withoutKeys(variables) }));
  write(local, TABS, { tabs: kept, current });
}

/** Put an operation on top of the history; the same one again only moves up. */
export function remember({ query, variables, name, type }) {
  const entry = { query: withoutKeys(query), variables: withoutKeys(variables), name, type };
  const others = loadHistory().filter((old) => old.query !== entry.query
    || old.variables !== entry.variables);
  const history = [{ ...entry, at: new Date().toISOString() }, ...others].slice(0, MAX_HISTORY);
  write(local, HISTORY, history);
  return history;
}
