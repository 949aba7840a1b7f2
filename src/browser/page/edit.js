// edit.js: what the engine does on a key by itself: submits, moves the caret, changes what a control holds.
// SPDX-License-Identifier: GPL-3.0-or-later

const escape = () => {
  const dialog = [...dom.queryAll(dom.root(), 'dialog:modal')].pop();
  if (dialog) { if (dom.dispatch(dialog, new Event('cancel', {cancelable: true}))) dialog.close(); return; }
  const popovers = [...dom.queryAll(dom.root(), '[popover]')].filter((p) => dom.matches(p, ':popover-open') && dom.attribute(p, 'popover') !== 'manual');
  popovers.pop()?.hidePopover();
};

const enter = (element, modifiers) => {
  const tag = dom.localName(element), type = inputType(element);
  if (tag === 'textarea') { insertText(element, '\n'); return; }
  if (isEditable(element)) {
    if (!engineEdits(element, modifiers.includes('Shift') ? 'insertLineBreak' : 'insertParagraph')) editByHand(element, 'insertLineBreak');
    return;
  }
  if (tag === 'button' || tag === 'a' || (tag === 'summary' && isNativeControl(element)) || ['submit', 'button', 'reset', 'image', 'file', 'color'].includes(type)) { element.click(); return; }
  if (tag === 'input' && element.form) submitImplicitly(element);
  else if (isTextField(element)) sendChange(element);
};

// HTML's implicit submission: the form's first submit button is clicked; without one, a form with a
// single such field is submitted.
const submitImplicitly = (field) => {
  const form = field.form;
  sendChange(field);
  const controls = [...getterOf(HTMLFormElement.prototype, 'elements')(form), ...dom.queryAll(dom.root(), 'input[type=image]')].filter((c) => c.form === form);
  const button = controls.find((c) => (c instanceof HTMLButtonElement && c.type === 'submit') || ['submit', 'image'].includes(inputType(c)));
  if (button) { if (!isDisabled(button)) button.click(); return; }
  if (controls.filter((c) => c instanceof HTMLInputElement && isTextField(c)).length <= 1) HTMLFormElement.prototype.requestSubmit.call(form);
};

// Arrow keys in a group of radios, a list, a slider, a number. True: that was one.
const arrowControl = (element, key) => {
  const type = inputType(element), forward = key === 'ArrowDown' || key === 'ArrowRight';
  if (type === 'radio') {
    const group = radioGroup(element).filter((r) => !isDisabled(r) && isRendered(r));
    const next = group[(group.indexOf(element) + (forward ? 1 : -1) + group.length) % group.length];
    if (next && next !== element) { moveFocus(next); next.click(); }
    return true;
  }
  if (element instanceof HTMLSelectElement) {
    const options = [...element.options];
    let at = element.selectedIndex;
    do at += forward ? 1 : -1; while (options[at]?.disabled);
    if (options[at]) { element.selectedIndex = at; dom.dispatch(element, new Event('input', {bubbles: true})); dom.dispatch(element, new Event('change', {bubbles: true})); }
    return true;
  }
  if (type === 'range' || (type === 'number' && /Up|Down/.test(key))) {
    const before = element.value;
    const up = key === 'ArrowUp' || key === 'ArrowRight';
    if (up) element.stepUp(); else element.stepDown();
    if (element.value !== before) { sendInput(element, null); sendChanged(element); }
    return true;
  }
  return false;
};

const selectByLetter = (select, letter) => {
  const options = [...select.options], start = select.selectedIndex + 1;
  const at = [...options.keys()].map((i) => (start + i) % options.length).find((i) => !options[i].disabled && optionText(options[i]).toLowerCase().startsWith(letter.toLowerCase()));
  if (at !== undefined) chooseOptions(select, [optionText(options[at])]);
};

const deleteText = (element, backward, word) => {
  if (word && getSelection().isCollapsed) getSelection().modify('extend', backward ? 'backward' : 'forward', 'word');
  if (!engineEdits(element, backward ? 'delete' : 'forwardDelete')) editByHand(element, `delete${word ? 'Word' : 'Content'}${backward ? 'Backward' : 'Forward'}`);
};

const caretPlace = (element) => (isTextField(element) ? [element.selectionStart, element.selectionEnd].join() : '');

const editKey = (element, key, modifiers) => {
  if (key === 'Backspace' || key === 'Delete') { deleteText(element, key === 'Backspace', false); return true; }
  const move = {ArrowLeft: ['left', 'character'], ArrowRight: ['right', 'character'], ArrowUp: ['backward', 'line'], ArrowDown: ['forward', 'line'],
    Home: ['backward', 'lineboundary'], End: ['forward', 'lineboundary']}[key];
  if (!move) return false;
  const extend = modifiers.includes('Shift'), before = caretPlace(element);
  getSelection().modify(extend ? 'extend' : 'move', ...move);
  if (isTextField(element) && caretPlace(element) === before) moveByHand(element, key, extend);
  return true;
};

