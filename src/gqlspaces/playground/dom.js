// Small pieces of DOM that every view needs. Elements are always built, never parsed from
// strings: what a server answers is text here and can become nothing else.

/**
 * Make an element. `on…` keys become listeners, `class`, `aria-…` and the like become attributes,
 * `true` sets an empty attribute, `null` and `false` leave it out.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** Find by id; a missing element is a bug in the page and should say so. */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element #${id}`);
  return element;
}

/**
 * Give a row of `role="tab"` buttons the behaviour readers of screens expect: one tab stop,
 * arrows move, `aria-controls` panels show and hide.
 */
export function tabRow(row, onSelect = () => {}) {
  const tabs = () => [...row.querySelectorAll('[role="tab"]')];
  const select = (chosen) => {
    for (const tab of tabs()) {
      const selected = tab === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      // Several tabs may share one panel (operations share the editor): then it just stays.
      if (panel !== null && (selected || panel.getAttribute("aria-labelledby") === tab.id)) {
        panel.hidden = !selected;
      }
    }
    onSelect(chosen);
  };
  row.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab !== null) select(tab);
  });
  row.addEventListener("keydown", (event) => {
    const all = tabs();
    const at = all.indexOf(event.target.closest('[role="tab"]'));
    if (at < 0) return;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const tab = all[(to + all.length) % all.length];
    select(tab);
    tab.focus();
  });
  return { select };
}

/** Copy text and say so in the page's status line. */
export async function copyText(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${what}.`);
  } catch {
    announce("The browser did not allow copying.");
  }
}

let fading;

/** Say something short, seen and heard, that needs no answer. */
export function announce(text) {
  const line = byId("announcement");
  line.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => { line.textContent = ""; }, 4000);
}
