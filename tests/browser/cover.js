// cover.js: what a person can use and see of a page, told by the page's own world.
// SPDX-License-Identifier: GPL-3.0-or-later
(() => {
  const usable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [onclick], [contenteditable=""], ' +
    '[contenteditable=true], [role=button], [role=link], [role=checkbox], [role=radio], [role=switch], [role=tab], [role=menuitem], ' +
    '[role=option], [role=combobox], [role=slider], [role=textbox], [role=treeitem], [tabindex="0"], [draggable=true]';
  const elements = [], texts = [];
  const box = Object.getOwnPropertyDescriptor(Range.prototype, 'getBoundingClientRect').value;
  const boxOf = (node) => { const r = document.createRange(); r.selectNode(node); return box.call(r); };
  const seen = (element) => element.checkVisibility({visibilityProperty: true}) && !element.closest('[inert], [aria-hidden=true], canvas, datalist');
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (!element.matches(usable) || !seen(element)) continue;
      const b = element.getBoundingClientRect.call === undefined ? null : Element.prototype.getBoundingClientRect.call(element);
      if (!b || !(b.width > 0 && b.height > 0)) continue;
      elements.push([b.left, b.top, b.width, b.height, element.outerHTML.slice(0, 80)]);
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement ?? root.host;
      const text = node.data.replace(/[\s\u00a0]+/g, ' ').trim();
      if (!parent || !/[\p{L}\p{N}]/u.test(text) || !seen(parent) || parent.closest('select, textarea, script, style, template')) continue;
      const b = boxOf(node);
      const middle = [b.left + b.width / 2, b.top + b.height / 2];
      if (middle[0] < 0 || middle[1] < 0 || middle[0] >= innerWidth || middle[1] >= innerHeight) continue;
      if (b.width < 2 || b.height < 2 || b.bottom < 1 || b.right < 1 || b.top > innerHeight - 1 || b.left > innerWidth - 1) continue;
      // What a scrolled box cuts off is not seen.
      const hit = document.elementFromPoint(...middle);
      if (root === document && hit && hit !== parent && !parent.contains(hit) && !(hit.contains(parent) && parent.closest('label, a, button'))) continue;
      texts.push(text);
    }
  };
  walk(document);
  return JSON.stringify({elements, texts});
})()
