// frame.js: what a frame cannot know or do by itself: where on this page it lies, what this page draws over
// it, and to have the focus.
// SPDX-License-Identifier: GPL-3.0-or-later

const frameAt = (slot) => {
  const inner = window[slot];
  if (!inner) return null;
  for (const at of allElements(document)) {
    if (['iframe', 'frame', 'object', 'embed'].includes(dom.localName(at)) && at.contentWindow === inner) return at;
  }
  return null;
};

// @box, of the frame's own page, on this page. A frame may be drawn at another size than its own.
const placeInFrame = (frame, [x, y, width, height]) => {
  const box = dom.box(frame), style = getComputedStyle(frame);
  const scaleX = frame.offsetWidth ? box.width / frame.offsetWidth : 1, scaleY = frame.offsetHeight ? box.height / frame.offsetHeight : 1;
  const left = box.left + (frame.clientLeft + (parseFloat(style.paddingLeft) || 0)) * scaleX;
  const top = box.top + (frame.clientTop + (parseFloat(style.paddingTop) || 0)) * scaleY;
  return intersect({left: left + x * scaleX, top: top + y * scaleY, right: left + (x + width) * scaleX, bottom: top + (y + height) * scaleY}, box);
};

const isEmptyBox = (box) => !(box.right - box.left >= 1 && box.bottom - box.top >= 1);

const seenInFrame = (frame, box) => intersect(placeInFrame(frame, box), windowBox());

const toMiddle = (frame, box) => {
  const place = placeInFrame(frame, box);
  scrollBy({left: (place.left + place.right - innerWidth) / 2, top: (place.top + place.bottom - innerHeight) / 2, behavior: 'instant'});
};

// What is drawn over the middle of @seen; null when that is the frame itself.
const coverOf = (frame, seen) => {
  const at = isEmptyBox(seen) ? null : deepElementAt((seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2);
  return at && covers(at, frame) ? at : null;
};

// The focus goes into a frame from outside: its own page may not take it when it is of another origin.
const commandFocusFrame = ({slot}) => {
  const frame = frameAt(slot);
  if (frame && dom.active() !== frame) moveFocus(frame);
  return {};
};

const commandFrame = ({slot, box, hit}) => {
  const frame = frameAt(slot);
  if (!frame) return {detail: {}};
  if (isEmptyBox(seenInFrame(frame, box))) {
    frame.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
    if (isEmptyBox(seenInFrame(frame, box))) toMiddle(frame, box);
  }
  let cover = hit ? coverOf(frame, seenInFrame(frame, box)) : null;
  if (cover) {
    toMiddle(frame, box);
    cover = coverOf(frame, seenInFrame(frame, box));
  }
  const seen = seenInFrame(frame, box);
  const detail = {box: [seen.left, seen.top, Math.max(0, seen.right - seen.left), Math.max(0, seen.bottom - seen.top)]};
  if (cover) detail.covered = describe(shownAncestor(cover, (at) => ['dialog', 'alertdialog'].includes(roleOf(at)) || getComputedStyle(at).position === 'fixed') ?? cover);
  return {detail};
};
