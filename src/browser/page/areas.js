// areas.js: image maps: a link that is a part of a picture has no box of its own.
// SPDX-License-Identifier: GPL-3.0-or-later

const isArea = (element) => element instanceof HTMLAreaElement;

// The map's links of picture @image.
const areasOf = (image) => {
  const name = (dom.attribute(image, 'usemap') ?? '').replace(/^#/, '');
  if (!name || dom.localName(image) !== 'img') return [];
  const map = [...queryAllIn(dom.rootOf(image), 'map')].find((at) => dom.attribute(at, 'name') === name);
  return map ? [...dom.queryAll(map, 'area[href]')] : [];
};

const pictureOf = (area) => {
  const map = dom.closest(area, 'map');
  const name = map ? dom.attribute(map, 'name') : null;
  return name ? [...queryAllIn(dom.rootOf(area), 'img[usemap]')].find((image) => dom.attribute(image, 'usemap') === '#' + name) ?? null : null;
};

// Around a point of the area, in the window: a circle's middle, in a polygon the middle of its first corners.
const areaBox = (area) => {
  const image = pictureOf(area);
  const whole = image ? dom.box(image) : dom.box(area);
  const at = (dom.attribute(area, 'coords') ?? '').split(/[\s,]+/).map(Number).filter(Number.isFinite);
  const shape = (dom.attribute(area, 'shape') ?? 'rect').toLowerCase();
  let left = 0, top = 0, right = whole.width, bottom = whole.height;
  if (shape.startsWith('circ') && at.length >= 3) {
    const half = at[2] / 2;
    [left, top, right, bottom] = [at[0] - half, at[1] - half, at[0] + half, at[1] + half];
  } else if (shape.startsWith('poly') && at.length >= 6) {
    const x = (at[0] + at[2] + at[4]) / 3, y = (at[1] + at[3] + at[5]) / 3;
    [left, top, right, bottom] = [x - 1, y - 1, x + 1, y + 1];
  } else if (shape.startsWith('rect') && at.length >= 4) [left, top, right, bottom] = at;
  return new DOMRect(whole.left + left, whole.top + top, Math.max(1, right - left), Math.max(1, bottom - top));
};

const areaNodes = (image, look) => areasOf(image).map((area) => {
  const name = nameOf(area);
  return {role: 'link', element: area, name, states: stateList(area, 'link'), ref: true, clickable: true, kids: [], props: propertyList(area, 'link', name, look)};
});
