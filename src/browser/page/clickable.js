// clickable.js: what a person can click or type into, also where only a listener, a tabindex or the
// pointer's shape gives it away.
// SPDX-License-Identifier: GPL-3.0-or-later

const secret = 'SECRET';
const listening = new WeakSet();
let capturedBy = null;

addEventListener(secret + '-has', (event) => {
  const element = event.composedPath()[0];
  if (isElement(element)) listening.add(element);
  event.stopImmediatePropagation();
}, true);
addEventListener(secret + '-capture', (event) => { capturedBy = event.composedPath()[0]; }, true);
addEventListener(secret + '-release', () => { capturedBy = null; }, true);

const askForListeners = () => dispatchEvent(new Event(secret + '-ask'));

const nativeControls = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls]';
const anyControl = nativeControls + ', [role=button], [role=link], [role=checkbox], [role=radio], [role=tab], [role=menuitem], ' +
  '[role=option], [role=switch], [role=textbox], [role=combobox], [tabindex="0"], [contenteditable=""], [contenteditable=true]';

const isNativeControl = (element) => dom.matches(element, nativeControls) &&
  (dom.localName(element) !== 'summary' || (isElement(dom.parent(element)) && dom.localName(dom.parent(element)) === 'details'));

// @around: {inClickable, pointer}: is it inside something clickable, and has its parent the pointer cursor.
const isClickable = (element, role, style, around) => {
  if (isNativeControl(element)) return true;
  if (widgetRoles.has(role) && (explicitRole(element) || role === 'option')) return dom.localName(element) !== 'option' || isListOption(element);
  if (isEditable(element) && editingHost(element) === element) return true;
  if (dom.hasAttribute(element, 'onclick') || dom.hasAttribute(element, 'onmousedown') || dom.hasAttribute(element, 'ondblclick') || dom.hasAttribute(element, 'onpointerdown')) return true;
  if (dom.attribute(element, 'draggable') === 'true') return true;
  const tabindex = dom.attribute(element, 'tabindex');
  if (tabindex !== null && Number(tabindex) >= 0) return true;
  if (dom.localName(element) === 'label') return false;
  if (listening.has(element) && element !== dom.body() && element !== dom.root()) {
    // A listener around other controls is theirs to use; one around text alone is a control itself.
    return !dom.query(element, anyControl) && !dom.closest(element, 'label') && dom.text(element).length < 2000;
  }
  if (style.cursor === 'pointer' && !around.pointer && !around.inClickable && !dom.closest(element, 'label')) return true;
  return false;
};

const isListOption = (option) => {
  const select = dom.closest(option, 'select');
  return !select || select.multiple || select.size > 1;
};

const isDisabled = (element) => {
  if (isHtml(element) && dom.matches(element, ':disabled')) return true;
  return shownAncestor(element, (at) => dom.attribute(at, 'aria-disabled') === 'true') !== null;
};
