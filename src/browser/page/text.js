// text.js: what stands on the page as text, line by line.
// SPDX-License-Identifier: GPL-3.0-or-later

const cellBreak = new Set(['td', 'th']);

// The lines of @element as it is shown, slots and shadow roots included.
const readText = (element) => {
  const lines = [''];
  const feed = () => { if (lines[lines.length - 1] !== '') lines.push(''); };
  const read = (node, pre) => {
    if (isText(node)) {
      const text = dom.text(node);
      if (pre) {
        const parts = text.split('\n');
        lines[lines.length - 1] += parts[0];
        for (const part of parts.slice(1)) lines.push(part);
      } else {
        const plain = text.replace(/[\s\u00a0\u200b]+/g, ' ');
        const last = lines[lines.length - 1];
        lines[lines.length - 1] = last + (last === '' || last.endsWith(' ') ? plain.trimStart() : plain);
      }
      return;
    }
    if (!isElement(node)) return;
    const tag = dom.localName(node);
    if (tag === 'br') { lines.push(''); return; }
    if (unseenTags.has(tag) && tag !== 'noscript') return;
    const style = getComputedStyle(node);
    if (hiddenHow(node, style) === 'none') return;
    if (isTextField(node) || tag === 'select') {
      if (!isSecretField(node)) lines[lines.length - 1] += tag === 'select' ? [...node.selectedOptions].map(optionText).join(', ') : node.value;
      return;
    }
    if (tag === 'img') { lines[lines.length - 1] += dom.attribute(node, 'alt') ?? ''; return; }
    const block = isBlock(style) && !/^inline-/.test(style.display) && !cellBreak.has(tag);
    if (block) feed();
    if (tag === 'li' && style.display === 'list-item') lines[lines.length - 1] += '- ';
    const inner = /^(pre|pre-wrap|break-spaces)$/.test(style.whiteSpace) || /preserve|break-spaces/.test(style.whiteSpaceCollapse ?? '');
    const seen = style.visibility === 'visible';
    for (const child of shownChildren(node)) if (seen || !isText(child)) read(child, inner);
    if (cellBreak.has(tag)) lines[lines.length - 1] += '\t';
    if (block) feed();
  };
  read(element, false);
  return lines.map((line) => line.replace(/[ \t]+$/, '')).filter((line, i, all) => line !== '' || (i > 0 && all[i - 1] !== ''));
};

const textMost = 200000;

const commandText = ({target}) => {
  const root = target ? resolve(target) : dom.body();
  if (!root) return {text: ''};
  const text = (isTextField(root) && !isSecretField(root) ? root.value : readText(root).join('\n')).trim();
  return {text: text.length > textMost ? text.slice(0, textMost) + `\n… ${text.length - textMost} more characters` : text};
};

