// actionability.js: waits until an element can be acted on as a person could: there, seen, at rest,
// enabled, and not covered. Says which of these failed when the time is over.
// SPDX-License-Identifier: GPL-3.0-or-later

const deepElementAt = (x, y) => {
  let hit = dom.hit(x, y);
  while (hit && dom.shadowRoot(hit)) {
    const inner = dom.shadowRoot(hit).elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  return hit;
};

const sameBox = (a, b) => Math.abs(a.left - b.left) < 1 && Math.abs(a.top - b.top) < 1 && Math.abs(a.width - b.width) < 1 && Math.abs(a.height - b.height) < 1;

// The element that a person would aim at: the label or the box drawn for a field that is not seen itself.
const standIn = (element) => {
  if (isArea(element)) return pictureOf(element);
  if (!(element instanceof HTMLInputElement) || !['checkbox', 'radio', 'file'].includes(element.type)) return null;
  return labelsOf(element).find(isVisible) ?? null;
};

const boxOf = (element) => {
  if (isArea(element)) return areaBox(element);
  for (const box of dom.boxes(element)) if (box.width > 0 && box.height > 0) return box;
  return dom.box(element);
};

const middleOf = (box) => {
  const seen = intersect(box, windowBox());
  return {x: (seen.left + seen.right) / 2, y: (seen.top + seen.bottom) / 2};
};

const scrollTo = (element) => {
  const box = boxOf(element), clip = clipOf(shownParent(element) ?? element);
  const inside = box.left >= clip.left - 1 && box.top >= clip.top - 1 && box.right <= clip.right + 1 && box.bottom <= clip.bottom + 1;
  const centre = {left: (box.left + box.right) / 2, top: (box.top + box.bottom) / 2};
  const middle = centre.left > clip.left && centre.left < clip.right && centre.top > clip.top && centre.top < clip.bottom;
  if (!inside && !(middle && box.height > clip.bottom - clip.top)) element.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
};

const covers = (hit, element) => {
  if (!hit) return true;
  if (isInside(hit, element)) return false;
  // A label passes its click on to its field, and a host on to what it holds.
  const label = shownAncestor(hit, (at) => at instanceof HTMLLabelElement);
  if (label && label.control === element) return false;
  return !(isInside(element, hit) && getComputedStyle(hit).display === 'contents');
};

// One attempt: null when it can be acted on (with the point in @found), else what is in the way.
const attempt = async (element, needs, found) => {
  if (!dom.connected(element)) throw new PageError('stale', 'The element is gone: the page has changed since. Take a new page_snapshot.');
  const aim = isVisible(element) && getComputedStyle(element).opacity !== '0' && dom.box(element).width > 1 ? element : standIn(element) ?? element;
  if (!isVisible(aim)) return new PageError('hidden', 'The element is not visible: it may open with another control, such as a menu or a tab.');
  scrollTo(aim);
  const before = boxOf(aim);
  await nextFrame();
  await nextFrame();
  if (!dom.connected(aim)) return new PageError('stale', 'The element is gone: the page has changed since. Take a new page_snapshot.');
  if (!sameBox(before, boxOf(aim))) return new PageError('hidden', 'The element does not stand still: wait with page_wait, then try again.');
  if (needs.enabled && isDisabled(element)) return new PageError('disabled', 'The element is disabled: something else on the page has to be done first.');
  if (isInert(element)) return new PageError('covered', 'The element is out of use while something else, such as a dialog, is open: answer or close that first.');
  const box = needs.box ? needs.box() : boxOf(isArea(element) ? element : aim);
  const point = middleOf(box);
  found.aim = aim;
  found.point = point;
  if (!needs.hit) return null;
  let hit = deepElementAt(point.x, point.y);
  if (covers(hit, aim) && covers(hit, element)) {
    const again = otherPoint(aim, element, box);
    if (again) { found.point = again; return null; }
    aim.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    hit = deepElementAt(middleOf(boxOf(aim)).x, middleOf(boxOf(aim)).y);
    if (!covers(hit, aim)) { found.point = middleOf(boxOf(aim)); return null; }
    if (!hit) return new PageError('hidden', 'The element is outside of what can be scrolled into view.');
    const cover = shownAncestor(hit, (at) => ['dialog', 'alertdialog'].includes(roleOf(at)) || getComputedStyle(at).position === 'fixed') ?? hit;
    return new PageError('covered', `${describe(cover)} covers it and would get the click: close that first, or scroll.`);
  }
  return null;
};

// Another place of the same element that nothing covers.
const otherPoint = (aim, element, box) => {
  for (const [fx, fy] of [[0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.5, 0.75], [0.1, 0.1], [0.9, 0.9]]) {
    const x = box.left + box.width * fx, y = box.top + box.height * fy;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
    if (!covers(deepElementAt(x, y), aim)) return {x, y};
  }
  return null;
};

// Waits, at most until @deadline (performance.now ()). Resolves to {aim, point}.
const actionable = async (element, deadline, needs = {enabled: true, hit: true}) => {
  const found = {};
  let problem = null;
  for (let pause = 20; ; pause = Math.min(250, pause * 2)) {
    if (cancelled) throw new PageError('cancelled', 'Cancelled.');
    problem = await attempt(element, needs, found);
    if (!problem) return found;
    if (problem.code === 'stale' || performance.now() + pause > deadline) throw problem;
    await sleep(pause);
  }
};
