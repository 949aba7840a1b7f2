// focus.js: moving the focus as a person's click or Tab does. A view that is not in front gets no focus
// events from the engine: they are then sent by hand, once. So is the change event of a field left.
// SPDX-License-Identifier: GPL-3.0-or-later

// What has the focus where the engine gives none: a frame of another origin than the page's takes it only by a
// person's own click.
let imagined = null;
addEventListener('focus', (event) => { if (event.isTrusted) imagined = null; }, true);

const engineActive = () => {
  let active = dom.active();
  while (active && dom.shadowRoot(active) && dom.shadowRoot(active).activeElement) active = dom.shadowRoot(active).activeElement;
  return active === dom.body() || active === dom.root() ? null : active;
};

const deepActive = () => engineActive() ?? (imagined && dom.connected(imagined) ? imagined : null);

const leftValues = new WeakMap();

const focusable = 'a[href], area[href], button, input, select, textarea, summary, iframe, audio[controls], video[controls], [tabindex], [contenteditable]';
const isFocusable = (element) => element instanceof Element && dom.matches(element, focusable) && !(isHtml(element) && dom.matches(element, ':disabled')) &&
  (!dom.hasAttribute(element, 'contenteditable') || isEditable(element)) && inputType(element) !== 'hidden';

// What @element's value was when the page last heard of it.
const noteValue = (element) => { if (isTextField(element) && !leftValues.has(element)) leftValues.set(element, element.value); };
addEventListener('change', (event) => {
  const field = event.composedPath()[0];
  if (isTextField(field)) leftValues.set(field, field.value);
}, true);

const sendChange = (field) => {
  if (!isTextField(field) || !leftValues.has(field) || leftValues.get(field) === field.value) return;
  leftValues.set(field, field.value);
  dom.dispatch(field, new Event('change', {bubbles: true}));
};

const withEvents = (names, run) => {
  const heard = new Set();
  const listener = (event) => heard.add(event.type);
  for (const name of names) addEventListener(name, listener, true);
  run();
  for (const name of names) removeEventListener(name, listener, true);
  return heard;
};

const moveFocus = (element) => {
  const before = deepActive();
  if (before === element) { noteValue(element); return; }
  const target = element ?? before;
  if (!target) return;
  const valueBefore = before && isTextField(before) && leftValues.has(before) && leftValues.get(before) !== before.value;
  const heard = withEvents(['blur', 'focus', 'focusin', 'focusout', 'change'], () => {
    if (element) element.focus({preventScroll: true});
    else before.blur();
  });
  imagined = element && engineActive() === null && window !== window.top && isFocusable(element) ? element : null;
  if (element && deepActive() !== element) return;
  if (before && valueBefore && !heard.has('change')) sendChange(before);
  const send = (to, type, other, bubbles) => { if (!heard.has(type) && dom.connected(to)) dom.dispatch(to, new FocusEvent(type, {bubbles, composed: true, relatedTarget: other, view: window})); };
  if (before) { send(before, 'blur', element, false); send(before, 'focusout', element, true); }
  if (element) { send(element, 'focus', before, false); send(element, 'focusin', before, true); noteValue(element); }
};

// The order of Tab: positive tabindex first, then the tree's; a group of radios is one stop.
const tabStops = () => {
  const all = [];
  for (const element of allElements(dom.root())) {
    if (!isFocusable(element) || element.tabIndex < 0 || !isVisible(element) || isInert(element)) continue;
    if (inputType(element) === 'radio' && element.name && !element.checked) {
      const group = radioGroup(element);
      const checked = group.find((r) => r.checked);
      if (checked || group.find((r) => !isDisabled(r)) !== element) continue;
    }
    all.push(element);
  }
  const modal = [...dom.queryAll(dom.root(), 'dialog:modal')].pop();
  const inside = modal ? all.filter((element) => isInside(element, modal)) : all;
  return inside.map((element, i) => [element.tabIndex > 0 ? element.tabIndex : Infinity, i, element])
    .sort((a, b) => (a[0] === b[0] ? a[1] - b[1] : a[0] - b[0])).map((entry) => entry[2]);
};

const radioGroup = (radio) => {
  const root = radio.form ?? dom.rootOf(radio);
  return [...root.querySelectorAll('input[type=radio]')].filter((other) => other.name === radio.name && other.form === radio.form);
};

const tabFrom = (active, back) => {
  const stops = tabStops();
  if (!stops.length) return;
  let at = active ? stops.indexOf(active) : -1;
  if (at < 0 && active) {
    // From where the focus is in the tree.
    at = stops.findIndex((stop) => active.compareDocumentPosition(stop) & Node.DOCUMENT_POSITION_FOLLOWING) - (back ? 0 : 1);
  }
  const next = stops[(at + (back ? -1 : 1) + stops.length + (at < 0 && back ? 1 : 0)) % stops.length];
  moveFocus(next);
  if (isTextField(next)) try { next.select(); } catch { /* not every type can */ }
  next.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
};
