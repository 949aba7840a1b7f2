// table.js: tables as CSV (RFC 4180).
// SPDX-License-Identifier: GPL-3.0-or-later

const csvCell = (text) => (/[",\n\r]|^\s|\s$/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text);

const isRow = (element) => dom.localName(element) === 'tr' || explicitRole(element) === 'row';
const isCell = (element) => ['td', 'th'].includes(dom.localName(element)) ||
  ['cell', 'gridcell', 'columnheader', 'rowheader'].includes(explicitRole(element));

const cellText = (cell) => {
  const boxes = [...dom.queryAll(cell, 'input[type=checkbox], input[type=radio]')];
  const text = readText(cell).join('\n').trim();
  return text || boxes.map((b) => (b.checked ? 'yes' : 'no')).join(' ') || [...dom.queryAll(cell, '[aria-label], [title]')].map((e) => nameOf(e)).filter(Boolean).join(' ');
};

const rowsOf = (root) => {
  const rows = [];
  const search = (node) => {
    for (const child of shownChildren(node)) {
      if (!isElement(child) || (dom.localName(child) === 'table' && child !== root)) continue;
      if (isRow(child)) rows.push(child);
      else search(child);
    }
  };
  search(root);
  // HTML shows the head first and the foot last wherever they are written.
  const place = (row) => { const tag = dom.localName(shownParent(row)); return tag === 'thead' ? 0 : tag === 'tfoot' ? 2 : 1; };
  return rows.map((row, i) => [place(row), i, row]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((entry) => entry[2]);
};

const cellsOf = (row) => {
  const cells = [];
  const search = (node) => {
    for (const child of shownChildren(node)) {
      if (!isElement(child)) continue;
      if (isCell(child)) cells.push(child);
      else search(child);
    }
  };
  search(row);
  return cells;
};

// A cell that spans several places is written in the first, and is empty in the others.
const commandTable = ({target}) => {
  let root = resolve(target);
  root = shownAncestor(root, (at) => ['table', 'grid', 'treegrid'].includes(roleOf(at))) ?? dom.query(root, 'table, [role=table], [role=grid], [role=treegrid]');
  if (!root) throw new PageError('invalid', `${target} is not a table and has none in it.`);
  const lines = [], taken = [];
  const rows = rowsOf(root).filter((row) => isRendered(row));
  rows.forEach((row, y) => {
    const values = [];
    let x = 0;
    for (const cell of cellsOf(row)) {
      while (taken[y]?.[x]) values[x++] ??= '';
      const across = Math.min(1000, Math.max(1, cell.colSpan || Number(dom.attribute(cell, 'aria-colspan')) || 1));
      const down = Math.min(1000, cell.rowSpan === 0 ? rows.length - y : Math.max(1, cell.rowSpan || Number(dom.attribute(cell, 'aria-rowspan')) || 1));
      for (let dy = 0; dy < down; dy++) for (let dx = 0; dx < across; dx++) (taken[y + dy] ??= [])[x + dx] = true;
      values[x] = isRendered(cell) ? cellText(cell) : '';
      for (let dx = 1; dx < across; dx++) values[x + dx] = '';
      x += across;
    }
    while (taken[y]?.[values.length]) values.push('');
    lines.push(Array.from(values, (value) => csvCell(value ?? '')).join(','));
  });
  const total = Number(dom.attribute(root, 'aria-rowcount'));
  return {text: lines.join('\n'), note: total > rows.length ? `The page holds ${rows.length} of ${total} rows now; it makes others when it is scrolled.` : ''};
};
