// find.js: where a text is, in the whole page, folded or not: the nodes with what they are in.
// SPDX-License-Identifier: GPL-3.0-or-later

const foundMost = 20;

const nodeWords = (node) => [node.name, node.value, node.text, ...(node.props ?? [])].filter(Boolean).join(' ');

const commandFind = ({text}) => {
  const wanted = squash(String(text ?? '')).toLowerCase();
  if (!wanted) throw new PageError('invalid', 'page_find needs a text.');
  const tree = buildTree(dom.root(), newLook({whole: true, unlimited: true}));
  let found = 0;
  // Keeps what matches and what it is in; of what is in a match, what can be clicked.
  const keep = (node) => {
    const matches = squash(nodeWords(node)).toLowerCase().includes(wanted);
    const kids = [];
    if (matches && ++found > foundMost) return null;
    for (const kid of node.kids) { const kept = keep(kid); if (kept) kids.push(kept); }
    // Words in a row or an item are found together with what can be done there.
    if (kids.length && ['row', 'listitem', 'article'].includes(node.role) && node.kids.length <= 12) {
      return {...node, kids: node.kids.map((kid) => kids.find((kept) => kept.element && kept.element === kid.element) ?? kid).filter((kid) => kid.ref || kid.role === 'text')};
    }
    if (!matches && !kids.length) return null;
    if (matches && !kids.length) kids.push(...node.kids.filter((kid) => kid.ref || kid.role === 'text').slice(0, 8));
    const props = matches ? node.props : [];
    const cut = node.role === 'text' && node.text.length > 300 ? {...node, text: around(node.text, wanted)} : node;
    return {...cut, kids, props, name: matches || !node.name ? node.name : shorten(node.name, 60)};
  };
  const kept = tree.map(keep).filter(Boolean);
  return {lines: writeTree(kept, new WeakSet()), found, more: Math.max(0, found - foundMost)};
};

const around = (text, wanted) => {
  const at = Math.max(0, text.toLowerCase().indexOf(wanted) - 100);
  return (at ? '… ' : '') + text.slice(at, at + 300) + (at + 300 < text.length ? ' …' : '');
};

// Is the text on the page, and seen? For waiting.
const commandHasText = ({text}) => {
  const wanted = squash(String(text ?? '')).toLowerCase();
  const body = dom.body();
  if (!body) return {has: false};
  if (squash(body.innerText ?? '').toLowerCase().includes(wanted)) return {has: true};
  for (const element of allElements(body)) {
    const role = dom.localName(element);
    if (dom.shadowRoot(element) && isVisible(element) && squash(readText(element).join('\n')).toLowerCase().includes(wanted)) return {has: true};
    if ((isTextField(element) || role === 'button') && isVisible(element) && !isSecretField(element) &&
      (String(element.value ?? '').toLowerCase().includes(wanted) || nameOf(element).toLowerCase().includes(wanted))) return {has: true};
  }
  return {has: false};
};
