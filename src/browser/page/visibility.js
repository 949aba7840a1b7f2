// visibility.js: what a person can see, and what is within reach of the window as it is scrolled now.
// SPDX-License-Identifier: GPL-3.0-or-later

const unseenTags = new Set(['script', 'style', 'template', 'noscript', 'head', 'meta', 'link', 'title', 'base', 'source',
  'track', 'param', 'datalist', 'wbr', 'br', 'defs', 'clippath', 'lineargradient', 'radialgradient', 'metadata', 'symbol',
  'area', 'map', 'col', 'colgroup', 'rp']);

// 'none': neither it nor what is in it is shown; 'self': only what is in it may be; '': shown.
const hiddenHow = (element, style) => {
  if (style.display === 'none') return 'none';
  if (element.localName === 'details' || style.display === 'contents') return '';
  const parent = shownParent(element);
  if (isElement(parent) && parent.localName === 'details' && !parent.open && element.localName !== 'summary') return 'none';
  return style.visibility === 'visible' ? '' : 'self';
};

// Not rendered at all, whatever its own style says: an ancestor is, or skips, its contents.
const isRendered = (element) => element.checkVisibility({contentVisibilityAuto: false});

const isVisible = (element) => {
  if (!dom.connected(element) || !isRendered(element)) return false;
  const style = getComputedStyle(element);
  if (style.visibility !== 'visible') return false;
  if (style.display === 'contents') return [...shownChildren(element)].some((c) => isElement(c) ? isVisible(c) : squash(dom.text(c)));
  const box = dom.box(element);
  if (box.width > 0 && box.height > 0) return true;
  // A box of no size may still hold what overflows or floats out of it.
  return element.localName !== 'input' && style.overflow !== 'hidden' && [...dom.queryAll(element, '*')].slice(0, 50)
    .some((inner) => { const b = dom.box(inner); return b.width > 0 && b.height > 0 && getComputedStyle(inner).visibility === 'visible'; });
};

const isAriaHidden = (element) => shownAncestor(element, (at) => dom.attribute(at, 'aria-hidden') === 'true') !== null;
const isInert = (element) => shownAncestor(element, (at) => dom.hasAttribute(at, 'inert')) !== null;

const windowBox = () => ({left: 0, top: 0, right: innerWidth, bottom: innerHeight});
const intersect = (a, b) => ({left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom)});
const overlaps = (a, b) => a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;

const clips = (style) => style.overflowX !== 'visible' || style.overflowY !== 'visible';

// What of the window @element's contents can show through: every scrolled box around it cuts.
const clipOf = (element) => {
  let clip = windowBox();
  for (let at = element; isElement(at); at = shownParent(at)) {
    if (at === dom.body() || at === dom.root()) break;
    const style = getComputedStyle(at);
    if (clips(style)) clip = intersect(clip, dom.box(at));
    if (style.position === 'fixed') break;
  }
  return clip;
};

const isScrollable = (element, style) => {
  const can = (value) => value === 'auto' || value === 'scroll';
  return (can(style.overflowY) && element.scrollHeight > element.clientHeight + 8) ||
    (can(style.overflowX) && element.scrollWidth > element.clientWidth + 8);
};
