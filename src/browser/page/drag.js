// drag.js: dragging, in both ways the web knows: HTML's drag and drop with its data, and moves of a
// pressed pointer.
// SPDX-License-Identifier: GPL-3.0-or-later

const dropPoint = (element, place, offset) => {
  const box = boxOf(element);
  const middle = middleOf(box);
  const sideways = isSideways(element);
  const edge = (fraction) => (sideways ? {x: box.left + box.width * fraction, y: middle.y} : {x: middle.x, y: box.top + box.height * fraction});
  const point = place === 'before' ? edge(0.15) : place === 'after' ? edge(0.85) : middle;
  return {x: point.x + (Number(offset?.x) || 0), y: point.y + (Number(offset?.y) || 0)};
};

// Do the siblings stand beside each other rather than below?
const isSideways = (element) => {
  const other = element.nextElementSibling ?? element.previousElementSibling;
  if (!other) return false;
  const a = dom.box(element), b = dom.box(other);
  return Math.abs(a.top - b.top) < a.height / 2 && Math.abs(a.left - b.left) >= Math.min(a.width, b.width) / 2;
};

const sendDrag = (target, type, point, data, more = {}) =>
  dom.dispatch(target, new DragEvent(type, pointerInit(point, {dataTransfer: data, ...more})));

const pointsBetween = (from, to, steps) => Array.from({length: steps}, (_, i) =>
  ({x: from.x + (to.x - from.x) * (i + 1) / steps, y: from.y + (to.y - from.y) * (i + 1) / steps}));

// HTML's own: dragstart fills the data, dragover says whether a drop is wanted.
const dragData = async (source, from, end, keys) => {
  const data = new DataTransfer();
  data.effectAllowed = 'all';
  if (source instanceof HTMLAnchorElement && source.href) { data.setData('text/uri-list', source.href); data.setData('text/plain', source.href); }
  if (!sendDrag(source, 'dragstart', from, data, {buttons: 1})) return false;
  let over = null, wanted = false;
  await nextFrame();
  for (const point of [...pointsBetween(from, end(), 4), null, null]) {
    const at = point ?? end();
    const hit = deepElementAt(at.x, at.y) ?? source;
    sendDrag(source, 'drag', at, data, {buttons: 1});
    if (hit !== over) {
      sendDrag(hit, 'dragenter', at, data, {buttons: 1, relatedTarget: over});
      if (over) sendDrag(over, 'dragleave', at, data, {buttons: 1, relatedTarget: hit});
      over = hit;
    }
    wanted = !sendDrag(hit, 'dragover', at, data, {buttons: 1});
    await nextFrame();
  }
  const at = end();
  const hit = deepElementAt(at.x, at.y) ?? over;
  const dropped = wanted && over && dom.connected(over);
  if (dropped) { if (isTextField(hit) && sendDrag(hit, 'drop', at, data)) insertText(hit, data.getData('text/plain')); else if (!isTextField(hit)) sendDrag(hit, 'drop', at, data); }
  else if (over) sendDrag(over, 'dragleave', at, data);
  if (dom.connected(source)) sendDrag(source, 'dragend', at, data);
  return dropped;
};

const commandDrag = async ({from, to, place, offset}, deadline) => {
  const element = resolve(from);
  const other = to ? resolve(to) : element;
  if (place && !['before', 'onto', 'after'].includes(place)) throw new PageError('invalid', 'place is before, onto or after.');
  const start = await actionable(element, deadline);
  if (isRange(element) && !to) throw new PageError('invalid', 'Set a slider with page_fill and its value.');
  const end = () => dropPoint(other, place, offset);
  const source = shownAncestor(start.aim, (at) => at.draggable === true && (dom.attribute(at, 'draggable') === 'true' || ['img', 'a'].includes(dom.localName(at))));
  let first = deepElementAt(start.point.x, start.point.y);
  if (!first || !isInside(first, start.aim)) first = start.aim;
  moveTo(first, start.point);
  const mouse = press(first, start.point, 1, 0, {});
  if (source) {
    const dropped = await dragData(source, start.point, end);
    if (dropped !== false || dom.attribute(source, 'draggable') === 'true') {
      release(source, end(), 1, 0, {}, false);
      if (!dropped) return {note: 'It was dragged there, but nothing there takes it.'};
      return {};
    }
  }
  // A real pointer crosses a few points, and rests at the end, where the target may have moved.
  for (const point of pointsBetween(start.point, {x: start.point.x + 6, y: start.point.y + 6}, 2)) moveTo(deepElementAt(point.x, point.y) ?? first, point, {buttons: 1});
  await nextFrame();
  for (const point of [...pointsBetween(start.point, end(), 10), null, null]) {
    const at = point ?? end();
    moveTo(deepElementAt(at.x, at.y) ?? first, at, {buttons: 1});
    await nextFrame();
  }
  const at = end();
  release(deepElementAt(at.x, at.y) ?? first, at, 1, 0, {}, mouse);
  return {};
};
