// rows.js: a table's rows: plain cells in one line, what can be used as nodes of its own.
// SPDX-License-Identifier: GPL-3.0-or-later

const isPlain = (items) => items.every((item) => item.role === 'text');
const plainText = (items) => items.map((item) => squash(item.text)).filter(Boolean).join(' ');

// A row of plain cells is one line; other cells keep what is in them.
const fillRow = (node, around, look) => {
  const element = node.element;
  let plain = [], heads = 0, cells = 0;
  const flush = () => {
    if (plain.some(Boolean)) node.kids.push({role: 'text', text: plain.join(' | '), owner: element, kids: [], sealed: true});
    plain = [];
  };
  const eachCell = (parent) => {
    for (const cell of shownChildren(parent)) {
      if (!isElement(cell) || unseenTags.has(dom.localName(cell))) continue;
      const role = roleOf(cell);
      if (!['cell', 'gridcell', 'columnheader', 'rowheader'].includes(role)) {
        if (role === '' || role === 'none') eachCell(cell);
        else { flush(); visit(cell, around, look, node.kids); }
        continue;
      }
      cells++;
      if (role === 'columnheader') heads++;
      const items = [];
      visitCell(cell, role, around, look, items);
      if (isPlain(items)) plain.push(plainText(items));
      else { flush(); node.kids.push(...items); }
    }
  };
  eachCell(element);
  flush();
  if (cells && heads === cells) node.states.unshift('[header]');
};

const visitCell = (cell, role, around, look, items) => {
  const style = getComputedStyle(cell);
  if (hiddenHow(cell, style)) return;
  const clickable = isClickable(cell, role, style, around);
  const states = stateList(cell, role);
  if (clickable || states.length || isEditable(cell)) { visit(cell, around, look, items); return; }
  const inner = {...around, block: cell, pointer: style.cursor === 'pointer'};
  walkChildren(cell, inner, look, items);
};

