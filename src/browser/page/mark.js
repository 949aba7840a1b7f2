// mark.js: the soft ring around the element that Annex acts on, for the user's eyes. It lies above the
// page in a closed tree, lets every click through, and is no part of a snapshot.
// SPDX-License-Identifier: GPL-3.0-or-later

let ring = null;

const removeRing = () => {
  if (!ring) return;
  cancelAnimationFrame(ring.frame);
  ring.host.remove();
  ring = null;
};

const drawRing = (element) => {
  removeRing();
  const host = dom.createIn('http://www.w3.org/1999/xhtml', 'annex-mark');
  host.inert = true;
  host.setAttribute('aria-hidden', 'true');
  host.style.cssText = 'all:initial!important;position:fixed!important;inset:0!important;pointer-events:none!important;z-index:2147483647!important;contain:strict!important;';
  const root = Element.prototype.attachShadow.call(host, {mode: 'closed'});
  const box = dom.create('div');
  box.style.cssText = 'position:absolute;box-sizing:border-box;border-radius:8px;border:2px solid #3584e4;' +
    'box-shadow:0 0 0 4px rgba(53,132,228,.28);pointer-events:none;transition:opacity .15s;';
  root.append(box);
  dom.root().append(host);
  ring = {host, box, element, frame: 0};
  const follow = () => {
    if (!ring || ring.host !== host) return;
    if (!dom.connected(element)) { removeRing(); return; }
    const at = boxOf(element);
    const gap = 4;
    const style = `${at.left - gap}px|${at.top - gap}px|${at.width + 2 * gap}px|${at.height + 2 * gap}px`;
    if (style !== ring.last) {
      ring.last = style;
      [box.style.left, box.style.top, box.style.width, box.style.height] = style.split('|');
    }
    ring.frame = requestAnimationFrame(follow);
  };
  follow();
};

const commandMark = ({target}) => {
  if (target) drawRing(resolve(target));
  else removeRing();
  return {};
};
