// snapshot.js: builds the tree that is shown: what says or does something, without the boxes around it.
// SPDX-License-Identifier: GPL-3.0-or-later

// Roles that are worth a line without a name, because they order what is in them.
const landmarks = new Set(['banner', 'navigation', 'main', 'complementary', 'contentinfo', 'search', 'dialog', 'alertdialog',
  'alert', 'status', 'log', 'menu', 'menubar', 'tablist', 'tabpanel', 'toolbar', 'tree', 'grid', 'treegrid', 'table',
  'listbox', 'radiogroup', 'feed', 'blockquote', 'tooltip', 'application', 'article', 'list', 'listitem', 'row', 'code',
  'heading', 'progressbar', 'meter', 'iframe']);
const keptWhenEmpty = new Set(['progressbar', 'meter', 'iframe', 'dialog', 'alertdialog']);
const referenced = new Set(['table', 'grid', 'treegrid', 'iframe', 'dialog', 'alertdialog', 'listbox', 'canvas', 'video', 'form']);
// What the items of a container are called: where they say it all, the container needs no line.
const itemRoles = {list: ['listitem'], tablist: ['tab'], menu: ['menuitem', 'menuitemcheckbox', 'menuitemradio'],
  menubar: ['menuitem', 'menuitemcheckbox', 'menuitemradio'], radiogroup: ['radio'], feed: ['article']};
const namedContainers = new Set(['region', 'form', 'group', 'figure', 'img', 'math', 'timer', 'marquee', 'note', 'directory',
  'document', 'term', 'scrollbar', 'separator', 'canvas', 'video', 'audio']);

const longName = 900;     // what is longer is told by what is in it
const mostElements = 60000;
const deepest = 1200;     // boxes in boxes: the stack of a page's world holds some thousand

// @whole: nothing is folded but what exceeds @most; @shown: elements the model has been shown.
const newLook = (options = {}) => ({whole: false, unlimited: false, most: 100, from: null, first: null, shown: new WeakSet(),
  addresses: new Set(), count: 0, beyond: 0, ...options});

const addText = (out, text, owner, block) => {
  if (!text) return;
  const last = out.length ? out[out.length - 1] : null;
  if (last && last.role === 'text' && !last.sealed) last.text += text;
  else if (text.trim()) out.push({role: 'text', text, owner: block ?? owner, kids: []});
};
const seal = (out) => { if (out.length && out[out.length - 1].role === 'text') out[out.length - 1].sealed = true; };

const walkChildren = (node, around, look, out) => {
  const children = isElement(node) ? [...shownChildren(node)] : [...node.childNodes];
  if (isElement(node)) children.push(...idList(node, 'aria-owns'));
  const runs = children.length > longFamily || look.from === node ? foldRuns(node, children, look, around.clip) : null;
  let skip = 0;
  for (const child of children) {
    if (isText(child)) {
      if (!skip && !around.noText) visitText(child, node, around, out);
      continue;
    }
    if (!isElement(child)) continue;
    if (skip) { skip--; continue; }
    if (ownedElsewhere(child, node, look)) continue;
    const run = runs?.get(child);
    if (run) {
      seal(out);
      out.push({role: 'fold', element: child, text: `… ${run} more ${itemWord(child)}`, run: [node, child], kids: []});
      skip = run - 1;
      continue;
    }
    visit(child, around, look, out);
  }
};

const visitText = (node, parent, around, out) => {
  const text = dom.text(node).replace(/[\s\u00a0\u200b]+/g, ' ');
  if (!text || text === ' ' && !out.length) return;
  const plain = text.trim();
  if (plain && around.said?.length && !/[\p{L}\p{N}]/u.test(plain)) return; // a sign for what the name says
  if (plain && around.said && around.said.some((said) => said.includes(plain))) return;
  addText(out, text, parent, around.block);
};

// What another element owns is shown there.
const ownedElsewhere = (element, from, look) => look.owned.size > 0 && look.owned.has(element) && look.owned.get(element) !== from;

const visit = (element, around, look, out) => {
  const tag = dom.localName(element);
  if (unseenTags.has(tag)) { if (tag === 'br') addText(out, ' ', element, around.block); return; }
  if (++look.count > mostElements || around.level > deepest) { look.beyond++; return; }
  const style = getComputedStyle(element);
  const how = hiddenHow(element, style);
  if (how === 'none') return;
  if (dom.hasAttribute(element, 'inert')) return;
  const role = roleOf(element);
  const ariaHidden = around.ariaHidden || dom.attribute(element, 'aria-hidden') === 'true';
  const block = isBlock(style) && !(element instanceof MathMLElement) ? element : around.block; // a formula is one text
  const inner = {...around, level: around.level + 1, ariaHidden, block, pointer: style.cursor === 'pointer', noText: how === 'self' || ariaHidden};
  const label = labelSays(element);
  if (label) inner.said = [...(around.said ?? []), label];
  if (block === element) seal(out);
  if (clips(style) && tag !== 'body' && tag !== 'html' && style.display !== 'inline') inner.clip = intersect(around.clip, dom.box(element));
  if (style.position === 'fixed') inner.clip = windowBox();
  const clickable = how === '' && isClickable(element, role, style, around);
  const node = makeNode(element, ariaHidden && !clickable ? '' : role, clickable, inner, style, look);
  if (!node) {
    const before = pseudoWords(element, '::before', inner), after = pseudoWords(element, '::after', inner);
    addText(out, before, element, block);
    walkChildren(element, inner, look, out);
    addText(out, after, element, block);
  } else {
    seal(out);
    fillNode(node, inner, style, look);
    placeNode(node, out, inner);
  }
  if (block === element) seal(out);
};

const pseudoWords = (element, which, around) => {
  if (around.noText) return '';
  const text = pseudoText(element, which);
  return /[\p{L}\p{N}]/u.test(text) ? text : '';
};

// The node of @element, or null where only what is in it counts.
const makeNode = (element, role, clickable, around, style, look) => {
  if (!role && !clickable) {
    if (isScrollable(element, style) && dom.localName(element) !== 'body' && dom.localName(element) !== 'html') {
      return {role: 'generic', element, name: '', states: ['[scrollable]'], ref: true, kids: []};
    }
    if (isSealedRoot(element, style)) return {role: 'generic', element, name: '', states: ['[closed]'], ref: false, text: 'its inside cannot be read', kids: []};
    return null;
  }
  if (role === 'document' && element === dom.root()) return null;
  const keep = clickable || landmarks.has(role) || namedContainers.has(role) || widgetRoles.has(role) || namedByContent.has(role);
  if (!keep || (role === 'none' && !clickable)) return null;
  const shownRole = clickable && (!role || namelessRoles.has(role)) ? 'generic' : role;
  // A row is read by its cells.
  const name = shorten(role === 'row' ? squash(dom.attribute(element, 'aria-label') ?? '') : nameOf(element, role), longName);
  const node = {role: shownRole, element, name, states: stateList(element, role), kids: [], clickable,
    ref: clickable || referenced.has(role) || isScrollable(element, style)};
  if (isScrollable(element, style) && !isTextField(element) && !(element instanceof HTMLSelectElement)) node.states.push('[scrollable]');
  if (namedContainers.has(role) && !name && !clickable && role !== 'canvas' && role !== 'video') return role === 'img' && areasOf(element).length ? node : role === 'img' && !(element instanceof SVGElement) ? {role: 'empty', kids: []} : null;
  return node;
};

// A host whose own children are not drawn though it is: a root that no script can open.
const isSealedRoot = (element, style) => {
  if (dom.shadowRoot(element) || !dom.localName(element).includes('-') || style.display === 'contents') return false;
  const box = dom.box(element);
  if (box.width < 4 || box.height < 4) return false;
  const range = dom.range();
  range.selectNodeContents(element);
  return range.getClientRects().length === 0;
};

const fillNode = (node, around, style, look) => {
  const element = node.element, role = node.role;
  if (role === 'empty') return;
  const value = valueOf(element, role, look.whole);
  if (value !== null) node.value = value;
  node.props = propertyList(element, role, node.name, look);
  if (dom.localName(element) === 'iframe' || dom.localName(element) === 'frame') { node.slot = slotOf(element); return; }
  if (isTextField(element) || dom.localName(element) === 'select' && role === 'combobox' || element instanceof HTMLMediaElement || role === 'canvas') return;
  if (isEditable(element) && editingHost(element) === element && node.value !== undefined && !dom.query(element, 'button, a[href], input, table')) return;
  const said = [...(around.said ?? [])];
  if (node.name) said.push(...saidBy(node, element));
  const inner = {...around, said, inClickable: around.inClickable || node.clickable};
  if (role === 'row') fillRow(node, inner, look);
  else {
    addText(node.kids, pseudoWords(element, '::before', {...inner, noText: inner.noText || Boolean(node.name)}), element, element);
    walkChildren(element, inner, look, node.kids);
  }
  if (role === 'img') node.kids.push(...areaNodes(element, look));
  tidy(node, look, around.clip);
};

// The text that need not be repeated inside, since the name says it.
const saidBy = (node, element) => {
  if (namedByContent.has(node.role) || node.role === 'generic') return [node.name];
  return [];
};

// What names a field or another control by aria-labelledby.
let labelOwners = new Map();
const findLabelOwners = () => {
  labelOwners = new Map();
  for (const owner of dom.queryAll(dom.root(), '[aria-labelledby]')) {
    if (!widgetRoles.has(roleOf(owner)) && !isTextField(owner) || !isRendered(owner)) continue;
    for (const label of idList(owner, 'aria-labelledby')) if (label !== owner && !isInside(owner, label)) labelOwners.set(label, owner);
  }
};

// A label's text is its field's name: it is left out where the field is there to say it.
const labelSays = (element) => {
  const tag = dom.localName(element);
  if (tag === 'label') {
    const control = element.control;
    return control && (isRendered(control)) ? nameOf(control) : null;
  }
  const named = labelOwners.get(element);
  if (named) return nameOf(named);
  if (tag === 'legend' || tag === 'caption' || tag === 'figcaption') {
    const parent = dom.parent(element);
    return isElement(parent) ? nameOf(parent) : null;
  }
  return null;
};

// Joins texts, cuts those out of sight, and takes out what says nothing.
const tidy = (node, look, clip) => {
  const kids = [];
  for (const kid of node.kids) {
    if (kid.role === 'empty') continue;
    if (kid.role !== 'text') { kids.push(kid); continue; }
    kid.text = squash(kid.text);
    if (!kid.text) continue;
    const cut = foldText(kid.text, kid.owner, look, clip);
    if (cut) { kid.text = cut.text; kid.cut = cut.owner; }
    kids.push(kid);
  }
  // A list that is all there is in something is that something.
  node.kids = kids.length === 1 && kids[0].role === 'list' && isBare(kids[0]) ? kids[0].kids : kids;
};

const isBare = (node) => !node.ref && !node.states.length && !node.name && !node.props?.length;

const placeNode = (node, out, around) => {
  const role = node.role;
  if (role === 'empty') return;
  // A link around a heading has said its words.
  if (role === 'heading' && around.inClickable && !node.kids.length && !node.ref && around.said?.some((said) => said.includes(node.name))) return;
  const bare = isBare(node);
  const says = node.kids.length || node.value !== undefined || node.text;
  if (bare && !says && !keptWhenEmpty.has(role)) return;
  // One thing in a list item, article or list is that thing.
  if (bare && ['listitem', 'list', 'article', 'row', 'tooltip'].includes(role) && node.kids.length === 1 && node.kids[0].role !== 'text' && node.kids[0].role !== 'fold') {
    out.push(node.kids[0]);
    return;
  }
  if (bare && role === 'list' && node.kids.length === 1 && node.kids[0].role === 'text') { out.push(...node.kids); return; }
  if (bare && saidByItems(node, out)) { out.push(...node.kids); return; }
  // A heading that is a link says its words once.
  if (role === 'heading' && node.kids.length === 1 && node.kids[0].name === node.name && !node.ref) {
    if (['link', 'button'].includes(node.kids[0].role) && node.states.length === 1) { // its level
      node.kids[0].states.push(...node.states);
      out.push(node.kids[0]);
      return;
    }
    node.name = '';
  }
  if (role === 'generic' && node.clickable && !node.name) nameGeneric(node);
  if (role === 'img' && node.kids.length && !node.ref && !node.name) { out.push(...node.kids); return; }
  out.push(node);
};

// Items tell what they are in, unless they would be taken for more of those before.
const saidByItems = (node, out) => {
  const roles = itemRoles[node.role];
  const isItem = (kid) => roles.includes(kid.role) || kid.role === 'fold';
  return roles !== undefined && node.kids.every(isItem) && !(out.length && isItem(out[out.length - 1]));
};

// Something clickable without a role is called by its text.
const nameGeneric = (node) => {
  if (node.kids.length === 1 && node.kids[0].role === 'text' && !node.kids[0].cut) {
    node.name = node.kids[0].text;
    node.kids = [];
  } else if (!node.kids.length) {
    const element = node.element;
    node.name = squash(dom.attribute(element, 'aria-label') ?? dom.attribute(element, 'title') ?? dom.attribute(element, 'data-tooltip') ?? '') || iconName(element);
  }
};

// An icon without words: what its class or picture is called is better than nothing.
const iconName = (element) => {
  for (const part of [element, ...dom.queryAll(element, 'svg, i, span, use, img')].slice(0, 6)) {
    const title = dom.query(part, 'title');
    if (title && squash(dom.text(title))) return squash(dom.text(title));
    const source = dom.attribute(part, 'href') ?? dom.attribute(part, 'xlink:href') ?? dom.attribute(part, 'src') ?? '';
    const file = /([\w-]{2,30})(?:\.\w+)?$/.exec(source.split('?')[0]);
    if (file) return file[1];
    const word = /(?:^|[\s_-])(?:icon|fa|bi|mdi|glyphicon)[-_]([a-z][\w-]{1,30})/i.exec(dom.attribute(part, 'class') ?? '');
    if (word) return word[1];
  }
  return '';
};

const slotOf = (frame) => {
  const inner = frame.contentWindow;
  for (let i = 0; inner && i < window.length; i++) if (window[i] === inner) return i;
  return -1;
};

const buildTree = (root, look) => {
  askForListeners();
  return once(() => buildOnce(root, look));
};

const buildOnce = (root, look) => {
  findLabelOwners();
  look.owned = new Map();
  for (const owner of dom.queryAll(dom.root(), '[aria-owns]')) for (const owned of idList(owner, 'aria-owns')) {
    if (!isInside(owner, owned)) look.owned.set(owned, owner);
  }
  const out = [];
  const around = {clip: clipOf(root), ariaHidden: false, inClickable: false, pointer: false, block: root, level: 0, said: null, noText: false};
  if (root === dom.root()) { const body = dom.body(); if (body) visit(body, around, look, out); }
  else visit(root, around, look, out);
  const top = {kids: out};
  tidy(top, look, around.clip);
  return top.kids.length === 1 && top.kids[0].role === 'main' && isBare(top.kids[0]) ? top.kids[0].kids : top.kids;
};
