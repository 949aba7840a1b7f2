// references.js: e12 stands for one element for as long as it lives. A number is never given twice in
// a view, also not after a navigation: the app says with each command from where on numbers are free.
// SPDX-License-Identifier: GPL-3.0-or-later

const references = {
  frame: 0,           // 0: the main frame, whose references have no prefix
  next: 1,
  byNumber: new Map(),
  byNode: new WeakMap(),
  nodeIds: new WeakMap(),
  nextNodeId: 1,
};

const referenceTo = (node) => {
  let number = references.byNode.get(node);
  if (!number) {
    number = references.next++;
    references.byNode.set(node, number);
    references.byNumber.set(number, new WeakRef(node));
  }
  return (references.frame ? 'f' + references.frame : '') + 'e' + number;
};

// What is known by a name only until the next look: a folded run of children.
const referenceToRun = (parent, first) => {
  const number = references.next++;
  references.byNumber.set(number, {run: true, parent: new WeakRef(parent), first: new WeakRef(first)});
  return (references.frame ? 'f' + references.frame : '') + 'e' + number;
};

// Identifies a printed node over snapshots, whether it has a reference or not.
const nodeId = (node) => {
  let id = references.nodeIds.get(node);
  if (!id) references.nodeIds.set(node, id = references.nextNodeId++);
  return id;
};

const staleError = (target) => new PageError('stale', `${target} is gone: the page has changed since. Take a new page_snapshot.`);

// The element, or the run {parent, first}, that @target stands for.
const resolveAny = (target) => {
  const found = /^(?:f[0-9]+)?e([0-9]+)$/.exec(target ?? '');
  if (!found) throw new PageError('not-found', `“${shorten(String(target), 40)}” is no reference: use one of the last page_snapshot, such as e12.`);
  const number = Number(found[1]);
  const entry = references.byNumber.get(number);
  if (!entry) {
    if (number < references.next) throw staleError(target);
    throw new PageError('not-found', `There is no ${target} on this page. Take a new page_snapshot.`);
  }
  if (entry.run) {
    const parent = entry.parent.deref(), first = entry.first.deref();
    if (!parent || !first || !dom.connected(parent) || shownParent(first) !== parent) throw staleError(target);
    return {parent, first};
  }
  const node = entry.deref();
  if (!node || !dom.connected(node)) {
    references.byNumber.delete(number);
    throw staleError(target);
  }
  return node;
};

const resolve = (target) => {
  const node = resolveAny(target);
  if (!isElement(node)) throw new PageError('invalid', `${target} stands for items that are not shown: page_snapshot {"target": "${target}"} shows them.`);
  return node;
};

const describe = (element) => {
  const role = roleOf(element) || 'generic';
  const name = nameOf(element, role) || squash(dom.text(element));
  return role + (name ? ' ' + quote(shorten(name, 60)) : '') + ' ' + referenceTo(element);
};
