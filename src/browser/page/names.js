// names.js: the accessible name of an element, by the rules of Accessible Name and Description
// Computation 1.2 and HTML-AAM. Letters in comments are the steps of that algorithm.
// SPDX-License-Identifier: GPL-3.0-or-later

const isBlock = (style) => !/^(inline|contents|none|ruby)/.test(style.display) || /^inline-(block|flex|grid|table)$/.test(style.display);

const pseudoText = (element, which) => {
  const content = getComputedStyle(element, which).content;
  if (!content || content === 'none' || content === 'normal') return '';
  // "text" / "alternative": the alternative is what is said.
  const parts = content.match(/"(?:[^"\\]|\\.)*"|\/|url\([^)]*\)/g) ?? [];
  const slash = parts.indexOf('/');
  return (slash < 0 ? parts : parts.slice(slash + 1)).filter((p) => p[0] === '"')
    .map((p) => p.slice(1, -1).replace(/\\(["\\])/g, '$1').replace(/[\ue000-\uf8ff]/g, '')).join('');
};

const isHiddenForName = (element) => !(element instanceof HTMLOptionElement || element instanceof HTMLOptGroupElement || isArea(element)) &&
  isHiddenByStyle(element);
const isHiddenByStyle = (element) => dom.attribute(element, 'aria-hidden') === 'true' || dom.hasAttribute(element, 'inert') ||
  (!element.checkVisibility({visibilityProperty: true}) && getComputedStyle(element).display !== 'contents');

// 2C: the value of a control inside a label.
const embeddedValue = (element, role) => {
  if (isTextField(element)) return isSecretField(element) ? '' : element.value;
  if (role === 'textbox' || role === 'searchbox') return dom.text(element);
  if (element instanceof HTMLSelectElement) return [...element.selectedOptions].map((o) => o.label).join(' ');
  if (role === 'combobox' || role === 'listbox') {
    if (element instanceof HTMLInputElement) return element.value;
    const chosen = [...dom.queryAll(element, '[role=option][aria-selected=true]')];
    return chosen.length ? chosen.map((o) => dom.text(o)).join(' ') : (role === 'combobox' ? dom.text(element) : '');
  }
  if (['slider', 'spinbutton', 'progressbar', 'meter', 'scrollbar'].includes(role)) {
    return dom.attribute(element, 'aria-valuetext') ?? dom.attribute(element, 'aria-valuenow') ?? String(element.value ?? '');
  }
  return null;
};

// The labels of a field, in their order. While a tree is built they are looked for once per root: each
// element.labels would search the whole of it.
const labelsOf = (element) => {
  if (!during) return element.labels ? [...element.labels] : [];
  const root = dom.rootOf(element);
  let labels = during.labels.get(root);
  if (!labels) {
    during.labels.set(root, labels = new Map());
    for (const label of queryAllIn(root, 'label')) {
      const control = label.control;
      if (control) labels.set(control, [...(labels.get(control) ?? []), label]);
    }
  }
  return labels.get(element) ?? [];
};

// 2E: what HTML itself calls the element.
const hostName = (element, role, state) => {
  const tag = dom.localName(element);
  if (tag === 'input' || tag === 'select' || tag === 'textarea' || tag === 'button' || tag === 'meter' || tag === 'progress' || tag === 'output') {
    const labels = labelsOf(element);
    if (labels.length && !state.inLabel) {
      const text = labels.map((label) => nameStep(label, {...state, inLabel: element, descend: true, direct: true})).filter(Boolean).join(' ');
      if (squash(text)) return text;
    }
  }
  if (tag === 'input') {
    const type = element.type;
    const value = dom.attribute(element, 'value');
    if (type === 'submit') return value ?? 'Submit';
    if (type === 'reset') return value ?? 'Reset';
    if (type === 'button') return value ?? '';
    if (type === 'image') return dom.attribute(element, 'alt') || value || dom.attribute(element, 'title') || 'Submit';
    if (type === 'file' && !labelsOf(element).length) return element.multiple ? 'Choose files' : 'Choose file';
  }
  if (tag === 'img' || tag === 'area') return dom.attribute(element, 'alt') ?? '';
  const childName = (wanted) => {
    for (let child = dom.first(element); child; child = dom.next(child)) {
      if (isElement(child) && dom.localName(child) === wanted) return nameStep(child, {...state, descend: true, direct: true});
    }
    return '';
  };
  if (tag === 'fieldset') return childName('legend');
  if (tag === 'table') return childName('caption');
  if (tag === 'figure') return childName('figcaption');
  if (tag === 'math') return dom.attribute(element, 'alttext') ?? '';
  if (tag === 'optgroup') return dom.attribute(element, 'label') ?? '';
  if (tag === 'option') return dom.attribute(element, 'label') ?? '';
  if (element instanceof SVGElement) {
    const title = childName('title');
    if (title) return title;
    if (tag === 'a') return dom.attribute(element, 'xlink:title') ?? '';
  }
  return '';
};

// What an item opens has names of its own.
const opens = {treeitem: ['group', 'tree'], menuitem: ['menu'], menuitemcheckbox: ['menu'], menuitemradio: ['menu']};

const pseudoName = (element, which) => {
  const text = pseudoText(element, which);
  return text && isBlock(getComputedStyle(element, which)) ? ` ${text} ` : text;
};

// 2F: the name from what is in it.
const contentName = (element, role, state) => {
  const parts = [pseudoName(element, '::before')];
  const inner = {...state, descend: true, direct: false};
  const owned = idList(element, 'aria-owns');
  for (const child of [...shownChildren(element), ...owned]) {
    if (isText(child)) { parts.push(dom.text(child)); continue; }
    if (!isElement(child)) continue;
    if (dom.localName(child) === 'br') { parts.push(' '); continue; }
    if (unseenTags.has(dom.localName(child)) || opens[role]?.includes(roleOf(child))) continue;
    const part = nameStep(child, inner);
    parts.push(isBlock(getComputedStyle(child)) || owned.includes(child) ? ' ' + part + ' ' : part);
  }
  parts.push(pseudoName(element, '::after'));
  return parts.join('');
};

const nameStep = (element, state) => {
  if (state.seen.has(element) || state.seen.size > 2000) return '';
  // 2A
  if (isHiddenForName(element) && !state.direct && !state.hiddenRoot) return '';
  const hiddenRoot = state.hiddenRoot || (state.direct && isHiddenForName(element));
  const here = {...state, direct: false, hiddenRoot};
  state.seen.add(element);
  const role = roleOf(element);
  // 2B
  if (!state.byReference) {
    const labels = idList(element, 'aria-labelledby');
    if (labels.length) {
      const text = labels.map((label) => nameStep(label, {seen: new Set(label === element ? [] : state.seen), byReference: true, direct: true, descend: true}))
        .map(squash).filter(Boolean).join(' ');
      if (text) return text;
    }
  }
  // 2C
  if ((state.inLabel || state.byReference) && state.descend && element !== state.inLabel) {
    const value = state.inLabel || !state.direct ? embeddedValue(element, role) : null;
    if (value !== null) return value;
  }
  if (state.inLabel === element) return '';
  // 2D
  const label = dom.attribute(element, 'aria-label');
  if (label !== null && label.trim()) return label;
  // 2E
  if (role !== 'none') {
    const host = hostName(element, role, here);
    if (squash(host)) return host;
  }
  // 2F, 2H
  const allowed = namedByContent.has(role) || state.descend;
  const isControl = isTextField(element) || element instanceof HTMLSelectElement || role === 'textbox' || role === 'searchbox';
  if (allowed && !isControl) {
    const text = contentName(element, role, here);
    if (squash(text)) return text;
  }
  // 2I
  const title = dom.attribute(element, 'title');
  if (title !== null && title.trim()) return title;
  if (isTextField(element) || role === 'textbox' || role === 'searchbox' || role === 'combobox') {
    return dom.attribute(element, 'placeholder') ?? dom.attribute(element, 'aria-placeholder') ?? '';
  }
  return '';
};

const nameOf = (element, role = roleOf(element)) => {
  if (role === '' || namelessRoles.has(role)) return '';
  const known = during?.names.get(element);
  if (known !== undefined) return known;
  const name = squash(nameStep(element, {seen: new Set()}));
  during?.names.set(element, name);
  return name;
};
