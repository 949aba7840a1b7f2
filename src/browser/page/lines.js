// lines.js: writes a tree as lines: [depth, id, text, slot of a frame or null]. The id stays with a
// node over snapshots, so that the app can tell what changed.
// SPDX-License-Identifier: GPL-3.0-or-later

const deepestLine = 30;  // what is in more is written beside it

const nodeLine = (node) => {
  let line = '- ' + node.role;
  if (node.name) line += ' ' + quote(node.name);
  for (const state of node.states) line += ' ' + state;
  if (node.ref) line += ` [ref=${referenceTo(node.element)}]`;
  return line;
};

const writeNode = (node, depth, lines, limits) => {
  if (lines.length > limits.lines) { limits.cut++; return; }
  if (node.role === 'text') {
    const reference = node.cut ? ` [ref=${referenceTo(node.cut)}]` : '';
    lines.push([depth, textId(node, limits), `- text${reference}: ${node.text}`, null]);
    return;
  }
  if (node.role === 'fold') {
    lines.push([depth, 'r' + nodeId(node.element), `- ${node.text} [ref=${referenceToRun(...node.run)}]`, null]);
    return;
  }
  limits.shown.add(node.element);
  let line = nodeLine(node);
  let kids = node.kids;
  const slot = node.slot ?? -1;
  if (node.value !== undefined) line += ': ' + node.value;
  else if (node.text && !kids.length) line += ': ' + node.text;
  else if (kids.length === 1 && kids[0].role === 'text' && !kids[0].cut && !node.props?.length && slot < 0) {
    line += ': ' + kids[0].text;
    kids = [];
  }
  lines.push([depth, 'n' + nodeId(node.element), line, slot >= 0 ? slot : null]);
  for (const property of node.props ?? []) lines.push([depth + 1, 'p' + nodeId(node.element) + property.slice(0, property.indexOf(':')), '- ' + property, null]);
  if (!kids.length) return;
  if (depth + 1 > limits.depth) {
    lines.push([depth + 1, 'd' + nodeId(node.element), `- … ${countNodes(kids)} more inside [ref=${referenceTo(node.element)}]`, null]);
    return;
  }
  for (const kid of kids) writeNode(kid, Math.min(depth + 1, deepestLine), lines, limits);
};

// A text has no element of its own: it is the n-th of its block.
const textId = (node, limits) => {
  const owner = isElement(node.owner) ? nodeId(node.owner) : 0;
  const count = limits.texts.get(owner) ?? 0;
  limits.texts.set(owner, count + 1);
  return `t${owner}.${count}`;
};

const countNodes = (nodes) => nodes.reduce((sum, node) => sum + 1 + countNodes(node.kids), 0);

const writeTree = (nodes, shown, depth = Infinity) => {
  const lines = [];
  const limits = {depth, shown, lines: 8000, cut: 0, texts: new Map()};
  for (const node of nodes) writeNode(node, 0, lines, limits);
  if (limits.cut) lines.push([0, 'cut', `- … ${limits.cut} more nodes: page_find looks for text in all of them`, null]);
  return lines;
};

let shownToModel = new WeakSet();

const commandSnapshot = ({target, depth, again, unlimited, keep_folds: keepFolds}) => {
  let root = dom.root(), options = {};
  if (target) {
    const at = resolveAny(target);
    options = isElement(at) ? {whole: true} : {whole: true, from: at.parent, first: at.first};
    root = isElement(at) ? at : at.parent;
    if (isElement(at) && !isRendered(at)) throw new PageError('hidden', `${target} is not shown at the moment.`);
  } else if (!again) {
    shownToModel = new WeakSet();
    foldedBefore = new WeakSet();
  }
  if (unlimited) options = {whole: true, unlimited: true};
  const look = newLook({...options, keepFolds: Boolean(again && keepFolds), shown: shownToModel});
  const tree = buildTree(root, look);
  const lines = writeTree(tree, shownToModel, depth > 0 ? depth - 1 : Infinity);
  if (look.beyond) lines.push([0, 'beyond', '- … the page has more elements than a snapshot reads: page_text reads their words, page_snapshot with a target a part', null]);
  return {lines};
};
