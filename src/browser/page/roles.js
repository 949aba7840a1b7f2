// roles.js: the role of an element: its own (ARIA) or its tag's (HTML-AAM).
// SPDX-License-Identifier: GPL-3.0-or-later

const knownRoles = new Set(('alert alertdialog application article banner blockquote button caption cell checkbox code ' +
  'columnheader combobox complementary contentinfo definition deletion dialog directory document emphasis feed figure form ' +
  'generic grid gridcell group heading img image insertion link list listbox listitem log main marquee math menu menubar ' +
  'menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio ' +
  'radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong subscript ' +
  'superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem').split(' '));

const inputRoles = {
  button: 'button', submit: 'button', reset: 'button', image: 'button', file: 'button', color: 'textbox',
  checkbox: 'checkbox', radio: 'radio', range: 'slider', number: 'spinbutton', search: 'searchbox',
};

const tagRoles = {
  article: 'article', aside: 'complementary', blockquote: 'blockquote', button: 'button', caption: 'caption', code: 'code',
  datalist: 'listbox', dd: 'definition', del: 'deletion', details: 'group', dfn: 'term', dialog: 'dialog', dt: 'term',
  em: 'emphasis', fieldset: 'group', figure: 'figure', h1: 'heading', h2: 'heading', h3: 'heading', h4: 'heading',
  h5: 'heading', h6: 'heading', hr: 'separator', html: 'document', ins: 'insertion', li: 'listitem', main: 'main',
  math: 'math', menu: 'list', meter: 'meter', nav: 'navigation', ol: 'list', optgroup: 'group', option: 'option',
  output: 'status', p: 'paragraph', pre: 'code', progress: 'progressbar', search: 'search', strong: 'strong', sub: 'subscript',
  summary: 'button', sup: 'superscript', svg: 'img', table: 'table', tbody: 'rowgroup', textarea: 'textbox', tfoot: 'rowgroup',
  thead: 'rowgroup', time: 'time', tr: 'row', ul: 'list', iframe: 'iframe', frame: 'iframe', canvas: 'canvas', video: 'video',
  audio: 'audio',
};

const sectioning = 'article, aside, main, nav, section';
const tableRole = (element) => {
  const table = dom.closest(element, 'table');
  return table ? explicitRole(table) || 'table' : 'table';
};

const explicitRole = (element) => {
  for (const role of (dom.attribute(element, 'role') ?? '').toLowerCase().split(/\s+/)) if (knownRoles.has(role)) return role;
  return '';
};

const hasGlobalAria = (element) => ['aria-label', 'aria-labelledby', 'aria-describedby', 'aria-live', 'aria-controls']
  .some((name) => dom.hasAttribute(element, name));

const implicitRole = (element) => {
  const tag = dom.localName(element);
  const within = (selector) => { const parent = dom.parent(element); return isElement(parent) && dom.closest(parent, selector); };
  switch (tag) {
    case 'a': case 'area': return dom.hasAttribute(element, 'href') ? 'link' : '';
    case 'img': {
      const alt = dom.attribute(element, 'alt');
      return alt === '' && !dom.hasAttribute(element, 'usemap') && !dom.hasAttribute(element, 'title') && !hasGlobalAria(element) ? 'presentation' : 'img';
    }
    case 'header': return within(sectioning) ? '' : 'banner';
    case 'footer': return within(sectioning) ? '' : 'contentinfo';
    case 'section': return dom.hasAttribute(element, 'aria-label') || dom.hasAttribute(element, 'aria-labelledby') ||
      dom.hasAttribute(element, 'title') ? 'region' : '';
    case 'form': return dom.hasAttribute(element, 'aria-label') || dom.hasAttribute(element, 'aria-labelledby') ||
      dom.hasAttribute(element, 'title') ? 'form' : '';
    case 'td': return ['grid', 'treegrid'].includes(tableRole(element)) ? 'gridcell' : 'cell';
    case 'th': {
      const scope = dom.attribute(element, 'scope');
      if (scope === 'row' || scope === 'rowgroup') return 'rowheader';
      if (scope === 'col' || scope === 'colgroup') return 'columnheader';
      const row = dom.parent(element);
      return isElement(row) && dom.query(row, 'td') ? 'rowheader' : 'columnheader';
    }
    case 'input': {
      const type = element.type;
      if (dom.hasAttribute(element, 'list') && element.list && ['text', 'search', 'email', 'tel', 'url'].includes(type)) return 'combobox';
      return inputRoles[type] ?? 'textbox';
    }
    case 'select': return element.multiple || element.size > 1 ? 'listbox' : 'combobox';
    default: return tagRoles[tag] ?? '';
  }
};

const roleOf = (element) => {
  if (!during) return findRole(element);
  let role = during.roles.get(element);
  if (role === undefined) during.roles.set(element, role = findRole(element));
  return role;
};

const findRole = (element) => {
  const role = explicitRole(element);
  if (!role) return implicitRole(element);
  if (role === 'presentation' || role === 'none') {
    // What can have the focus, or says something about itself, is not presentational.
    return hasGlobalAria(element) || element.tabIndex >= 0 ? implicitRole(element) : 'none';
  }
  return role === 'image' ? 'img' : role;
};

const namedByContent = new Set(('button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox ' +
  'menuitemradio option radio row rowheader switch tab tooltip treeitem').split(' '));
const namelessRoles = new Set(('caption code definition deletion emphasis generic insertion mark none paragraph presentation ' +
  'strong subscript superscript suggestion term time').split(' '));
const widgetRoles = new Set(('button checkbox combobox link listbox menuitem menuitemcheckbox menuitemradio option ' +
  'radio scrollbar searchbox slider spinbutton switch tab textbox treeitem').split(' '));
