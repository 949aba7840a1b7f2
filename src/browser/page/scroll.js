// scroll.js: scrolling a window, or a scrolled part of the page.
// SPDX-License-Identifier: GPL-3.0-or-later

const pageScroller = () => dom.scroller() ?? dom.root();

const scrollerOf = (element) => {
  const found = element && shownAncestor(element, (at) => at !== dom.body() && at !== dom.root() && isScrollable(at, getComputedStyle(at)));
  return found ?? pageScroller();
};

const biggestScroller = () => {
  const page = pageScroller();
  if (page.scrollHeight > page.clientHeight + 8) return page;
  let best = page, area = 0;
  for (const element of allElements(dom.root())) {
    if (element.scrollHeight <= element.clientHeight + 8 || !isScrollable(element, getComputedStyle(element))) continue;
    const size = element.clientWidth * element.clientHeight;
    if (size > area) { best = element; area = size; }
  }
  return best;
};

const commandScroll = async ({target, direction, pages}) => {
  const element = target ? resolve(target) : null;
  const root = element ? scrollerOf(element) : biggestScroller();
  const by = Math.min(100, Math.max(0.1, Number(pages) || 1)) * 0.9;
  const height = (root === pageScroller() ? innerHeight : root.clientHeight) * by, width = (root === pageScroller() ? innerWidth : root.clientWidth) * by;
  const before = [root.scrollLeft, root.scrollTop];
  const moves = {down: {top: height}, up: {top: -height}, right: {left: width}, left: {left: -width}};
  const ends = {top: {top: 0}, bottom: {top: root.scrollHeight}};
  if (moves[direction]) {
    dom.dispatch(root === pageScroller() ? dom.body() ?? root : root, new WheelEvent('wheel', {bubbles: true, cancelable: true, composed: true,
      deltaY: moves[direction].top ?? 0, deltaX: moves[direction].left ?? 0, view: window}));
    root.scrollBy({...moves[direction], behavior: 'instant'});
  } else if (ends[direction]) root.scrollTo({...ends[direction], behavior: 'instant'});
  else if (direction === undefined && element) element.scrollIntoView({block: 'center', behavior: 'instant'});
  else throw new PageError('invalid', 'direction is up, down, left, right, top or bottom.');
  await nextFrame();
  const height2 = root === pageScroller() ? innerHeight : root.clientHeight;
  const below = Math.max(0, Math.round((root.scrollHeight - root.scrollTop - height2) / height2 * 10) / 10);
  const above = Math.round(root.scrollTop / height2 * 10) / 10;
  const moved = before[0] !== root.scrollLeft || before[1] !== root.scrollTop;
  return {note: (moved ? '' : 'It is at its end and did not move. ') + `${above} pages above, ${below} below.`};
};
