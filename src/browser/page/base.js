// base.js: what all page scripts stand on: getters that the page's own names cannot shadow (a form's
// field named "id" hides form.id, a picture named "body" hides document.body), the tree as it is shown
// (shadow roots, slots), and named errors. These scripts run in an isolated world: the page's script sees
// none of it.
// SPDX-License-Identifier: GPL-3.0-or-later

const getterOf = (proto, name) => {
  const get = Object.getOwnPropertyDescriptor(proto, name).get;
  return (node) => get.call(node);
};
const methodOf = (proto, name) => {
  const call = proto[name];
  return (node, ...args) => call.apply(node, args);
};

const ofDocument = (name) => {
  const call = methodOf(Document.prototype, name);
  return (...args) => call(document, ...args);
};

const dom = {
  localName: getterOf(Element.prototype, 'localName'),
  attribute: methodOf(Element.prototype, 'getAttribute'),
  hasAttribute: methodOf(Element.prototype, 'hasAttribute'),
  matches: methodOf(Element.prototype, 'matches'),
  closest: methodOf(Element.prototype, 'closest'),
  query: methodOf(Element.prototype, 'querySelector'),
  queryAll: methodOf(Element.prototype, 'querySelectorAll'),
  shadowRoot: getterOf(Element.prototype, 'shadowRoot'),
  box: methodOf(Element.prototype, 'getBoundingClientRect'),
  boxes: methodOf(Element.prototype, 'getClientRects'),
  parent: getterOf(Node.prototype, 'parentNode'),
  first: getterOf(Node.prototype, 'firstChild'),
  next: getterOf(Node.prototype, 'nextSibling'),
  connected: getterOf(Node.prototype, 'isConnected'),
  text: getterOf(Node.prototype, 'textContent'),
  contains: methodOf(Node.prototype, 'contains'),
  rootOf: methodOf(Node.prototype, 'getRootNode'),
  dispatch: methodOf(EventTarget.prototype, 'dispatchEvent'),
  byIdInDocument: methodOf(Document.prototype, 'getElementById'),
  byIdInRoot: methodOf(DocumentFragment.prototype, 'getElementById'),
  queryAllInRoot: methodOf(DocumentFragment.prototype, 'querySelectorAll'),
  hit: ofDocument('elementFromPoint'),
  execute: ofDocument('execCommand'),
  range: ofDocument('createRange'),
  create: ofDocument('createElement'),
  createIn: ofDocument('createElementNS'),
  base: () => getterOf(Node.prototype, 'baseURI')(document),
  scroller: () => getterOf(Document.prototype, 'scrollingElement')(document),
  ready: () => getterOf(Document.prototype, 'readyState')(document),
  body: () => getterOf(Document.prototype, 'body')(document),
  active: () => getterOf(Document.prototype, 'activeElement')(document),
  root: () => getterOf(Document.prototype, 'documentElement')(document),
};

// Why something was not done. Codes are those of annex-browser.h, in lower case.
class PageError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// What is found once while a tree is built, in which time the page cannot change; otherwise null.
let during = null;
const once = (work) => {
  if (during) return work();
  during = {roles: new Map(), names: new Map(), labels: new Map()};
  try { return work(); } finally { during = null; }
};

const isElement = (node) => node != null && node.nodeType === 1;
const isText = (node) => node != null && node.nodeType === 3;
const isHtml = (element) => element instanceof HTMLElement;

const squash = (text) => text.replace(/[\s\u00a0\u200b]+/g, ' ').trim();
const shorten = (text, length) => (text.length > length ? text.slice(0, length - 1).trimEnd() + '…' : text);
const quote = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
  (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

// The children that are shown: those of a shadow root, what a slot was given, else the node's own.
const shownChildren = (node) => {
  const root = isElement(node) ? dom.shadowRoot(node) : null;
  if (root) return root.childNodes;
  if (node instanceof HTMLSlotElement) {
    const given = node.assignedNodes({flatten: true});
    if (given.length) return given;
  }
  const list = [];
  for (let child = dom.first(node); child; child = dom.next(child)) list.push(child);
  return list;
};

// The parent in the same tree.
const shownParent = (node) => {
  if (node.assignedSlot) return node.assignedSlot;
  const parent = dom.parent(node);
  return parent instanceof ShadowRoot ? parent.host : parent;
};

const shownAncestor = (node, test) => {
  for (let at = node; isElement(at); at = shownParent(at)) if (test(at)) return at;
  return null;
};

const isInside = (node, ancestor) => {
  for (let at = node; at; at = shownParent(at)) if (at === ancestor) return true;
  return false;
};

// All elements below @root in their order, those of open shadow roots too. A page may be deeper than the stack.
function* allElements(root) {
  const waiting = [...shownChildren(root)].reverse();
  while (waiting.length) {
    const next = waiting.pop();
    if (!isElement(next)) continue;
    yield next;
    const inner = shownChildren(next);
    for (let i = inner.length - 1; i >= 0; i--) waiting.push(inner[i]);
  }
}

const byId = (element, id) => {
  const root = dom.rootOf(element);
  return root === document ? dom.byIdInDocument(document, id) : root instanceof ShadowRoot ? dom.byIdInRoot(root, id) : null;
};

// In the whole of a document, a shadow root, or what is in neither.
const queryAllIn = (root, selector) => (root === document ? dom.queryAll(dom.root(), selector)
  : isElement(root) ? dom.queryAll(root, selector) : dom.queryAllInRoot(root, selector));

const idList = (element, attribute) => (dom.attribute(element, attribute) ?? '').split(/\s+/).filter(Boolean)
  .map((id) => byId(element, id)).filter(Boolean);

const inputType = (element) => (element instanceof HTMLInputElement ? element.type : '');
const isTextField = (element) => element instanceof HTMLTextAreaElement ||
  ['text', 'search', 'tel', 'url', 'email', 'password', 'number', 'date', 'time', 'month', 'week', 'datetime-local']
    .includes(inputType(element));
// In design mode the whole document is editable: its body is the editor.
const isEditable = (element) => isHtml(element) && element.isContentEditable && element !== dom.root();
const editingHost = (element) => {
  let host = null;
  for (let at = element; isEditable(at); at = shownParent(at)) host = at;
  return host;
};

const nextFrame = () => new Promise((resolve) => {
  // A view that is not shown draws nothing.
  const timer = setTimeout(resolve, 60);
  requestAnimationFrame(() => { clearTimeout(timer); resolve(); });
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
