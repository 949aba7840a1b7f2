// pointer.js: the whole sequence of events of a pointer, at a point, as the engine would send it.
// Events made by script are not trusted: what the engine then does not do by itself is done here.
// SPDX-License-Identifier: GPL-3.0-or-later

const modifiersOf = (modifiers = []) => ({ctrlKey: modifiers.includes('Control'), shiftKey: modifiers.includes('Shift'),
  altKey: modifiers.includes('Alt'), metaKey: modifiers.includes('Meta')});

const pointerInit = (point, more = {}) => ({bubbles: true, cancelable: true, composed: true, view: window, detail: 0,
  clientX: point.x, clientY: point.y, screenX: point.x + window.screenX, screenY: point.y + window.screenY,
  pointerId: 1, pointerType: 'mouse', isPrimary: true, width: 1, height: 1, button: 0, buttons: 0, ...more});

const sendPointer = (target, type, point, more = {}) => {
  const pressed = (more.buttons ?? 0) > 0;
  return dom.dispatch(target, new PointerEvent(type, pointerInit(point, {pressure: pressed ? 0.5 : 0, ...more})));
};
const sendMouse = (target, type, point, more = {}) => dom.dispatch(target, new MouseEvent(type, pointerInit(point, more)));

let under = null;

const pathOf = (element) => { const path = []; for (let at = element; isElement(at); at = shownParent(at)) path.push(at); return path; };

// Moves the pointer to @target: leaves what it was over, enters what it now is over.
const moveTo = (target, point, more = {}) => {
  const old = under && dom.connected(under) ? under : null;
  if (old !== target) {
    const enter = {...more, relatedTarget: old}, leave = {...more, relatedTarget: target};
    if (old) {
      sendPointer(old, 'pointerout', point, leave);
      sendMouse(old, 'mouseout', point, leave);
      for (const at of pathOf(old)) if (!isInside(target, at)) {
        sendPointer(at, 'pointerleave', point, {...leave, bubbles: false, cancelable: false});
        sendMouse(at, 'mouseleave', point, {...leave, bubbles: false, cancelable: false});
      }
    }
    sendPointer(target, 'pointerover', point, enter);
    sendMouse(target, 'mouseover', point, enter);
    for (const at of pathOf(target).reverse()) if (!old || !isInside(old, at)) {
      sendPointer(at, 'pointerenter', point, {...enter, bubbles: false, cancelable: false});
      sendMouse(at, 'mouseenter', point, {...enter, bubbles: false, cancelable: false});
    }
    under = target;
  }
  const receiver = capturedBy && dom.connected(capturedBy) ? capturedBy : target;
  sendPointer(receiver, 'pointermove', point, more);
  sendMouse(receiver, 'mousemove', point, more);
};

const focusFromPress = (target) => {
  const label = shownAncestor(target, (at) => at instanceof HTMLLabelElement);
  const next = shownAncestor(target, (at) => isFocusable(at) || (isEditable(at) && editingHost(at) === at));
  if (next) moveFocus(next);
  else if (!label && deepActive()) moveFocus(null);
};

const press = (target, point, count, button, keys) => {
  const buttons = button === 2 ? 2 : button === 1 ? 4 : 1;
  const more = {...keys, button, buttons, detail: count};
  capturedBy = null;
  const went = sendPointer(target, 'pointerdown', point, {...more, detail: 0});
  // A page that prevents pointerdown wants no mouse events, only the click.
  const ok = went ? sendMouse(target, 'mousedown', point, more) : true;
  if (ok && dom.connected(target)) focusFromPress(target);
  return went;
};

const release = (target, point, count, button, keys, mouse) => {
  const more = {...keys, button, buttons: 0, detail: count};
  const receiver = capturedBy && dom.connected(capturedBy) ? capturedBy : target;
  sendPointer(receiver, 'pointerup', point, {...more, detail: 0});
  if (mouse) sendMouse(receiver, 'mouseup', point, more);
  capturedBy = null;
};

// One click, or two; the engine itself follows links, toggles boxes and submits on the click event.
const clickAt = async (element, point, {button = 0, count = 1, modifiers = []} = {}) => {
  const keys = modifiersOf(modifiers);
  let target = deepElementAt(point.x, point.y);
  if (!target || !isInside(target, element)) target = element;
  moveTo(target, point, keys);
  for (let i = 1; i <= count; i++) {
    if (!dom.connected(target)) break;
    const mouse = press(target, point, i, button, keys);
    if (button === 2) sendMouse(target, 'contextmenu', point, {...keys, button, buttons: 2});
    await sleep(15);
    if (!dom.connected(target)) break;
    release(target, point, i, button, keys, mouse);
    const type = button === 0 ? 'click' : 'auxclick';
    if (dom.connected(target)) dom.dispatch(target, new PointerEvent(type, pointerInit(point, {...keys, button, detail: i})));
    if (i === 2) sendMouse(target, 'dblclick', point, {...keys, button, detail: 2});
  }
};

// The box of a piece of text inside @element, and the element it stands in.
const pieceOf = (element, text) => {
  const wanted = squash(text).toLowerCase();
  const texts = [];
  const collect = (node) => {
    for (const child of shownChildren(node)) {
      if (isText(child)) texts.push(child);
      else if (isElement(child) && !unseenTags.has(dom.localName(child)) && getComputedStyle(child).display !== 'none') collect(child);
    }
  };
  collect(element);
  for (const node of texts) {
    const at = dom.text(node).replace(/[\s\u00a0]/g, ' ').toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    const range = dom.range();
    range.setStart(node, at);
    range.setEnd(node, at + wanted.length);
    const box = [...range.getClientRects()].find((b) => b.width > 0 && b.height > 0);
    if (box) return {owner: dom.parent(node) instanceof ShadowRoot ? dom.parent(node).host : dom.parent(node), box: () => range.getClientRects()[0] ?? box};
  }
  const inner = [...allElements(element)].reverse().find((at) => isVisible(at) && squash(dom.text(at) || nameOf(at)).toLowerCase() === wanted);
  if (inner) return {owner: inner, box: () => boxOf(inner)};
  throw new PageError('not-found', `There is no “${shorten(text, 60)}” inside it. Take a page_snapshot of the target to see what is.`);
};

const buttonNumber = (button) => {
  const number = {left: 0, middle: 1, right: 2}[button ?? 'left'];
  if (number === undefined) throw new PageError('invalid', 'button is left, middle or right.');
  return number;
};

const commandClick = async ({target, button, double, text, modifiers}, deadline) => {
  const element = resolve(target);
  const number = buttonNumber(button);
  if (element instanceof HTMLOptionElement && dom.closest(element, 'select')) return chooseOptions(dom.closest(element, 'select'), [optionText(element)]);
  const piece = text ? pieceOf(element, text) : null;
  const aimed = piece ? piece.owner : element;
  const {aim, point} = await actionable(aimed, deadline, {enabled: !piece, hit: true, box: piece?.box});
  await clickAt(isArea(element) ? element : aim, point, {button: number, count: double ? 2 : 1, modifiers: modifiers ?? []});
  return {};
};

const commandHover = async ({target}, deadline) => {
  const element = resolve(target);
  const {aim, point} = await actionable(element, deadline, {enabled: false, hit: true});
  const hit = deepElementAt(point.x, point.y);
  const to = hit && isInside(hit, aim) ? hit : aim;
  moveTo(to, point);
  await sleep(30);
  moveTo(to, {x: point.x + 1, y: point.y});
  return {note: 'The page was told that the pointer is there; styles for :hover alone cannot be shown.'};
};
