// fields.js: putting values into fields the way the page notices: the engine's own editing where it
// works, else the native setter (frameworks watch a setter of their own) with input and change events.
// SPDX-License-Identifier: GPL-3.0-or-later

const isRange = (element) => inputType(element) === 'range';
const timeForms = {date: '2026-03-14', time: '14:30', month: '2026-03', week: '2026-W11', 'datetime-local': '2026-03-14T14:30'};

const setNative = (element, value) => {
  const proto = element instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : element instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype;
  Object.getOwnPropertyDescriptor(proto, 'value').set.call(element, value);
};

const sendInput = (element, data, inputType = 'insertText') => dom.dispatch(element, new InputEvent('input', {bubbles: true, composed: true, data, inputType}));
const sendChanged = (element) => {
  if (isTextField(element)) leftValues.set(element, element.value);
  dom.dispatch(element, new Event('change', {bubbles: true}));
};

const needWritable = (element) => {
  if (element.readOnly || dom.attribute(element, 'aria-readonly') === 'true') throw new PageError('disabled', 'The field is read-only.');
};

// Types over what is selected; nothing: deletes it.
const insertText = (element, text) => {
  if (isTextField(element) && inputTypesWithoutEditing.has(inputType(element))) return;
  const [command, kind] = text === '' ? ['delete', 'deleteContentBackward'] : ['insertText', 'insertText'];
  if (!engineEdits(element, command, text)) editByHand(element, kind, text);
};
const inputTypesWithoutEditing = new Set(['date', 'time', 'month', 'week', 'datetime-local', 'color', 'range', 'checkbox', 'radio', 'file']);

const selectAll = (element) => {
  if (isTextField(element)) { try { element.select(); } catch { /* not every type can */ } return; }
  const range = dom.range();
  range.selectNodeContents(element);
  const selection = dom.rootOf(element).getSelection?.() ?? getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
};

const caretToEnd = (element) => {
  if (isTextField(element)) {
    try { element.setSelectionRange(element.value.length, element.value.length); } catch { /* number, email: no caret to set */ }
    return;
  }
  const range = dom.range();
  range.selectNodeContents(element);
  range.collapse(false);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
};

const fillText = (element, value) => {
  needWritable(element);
  moveFocus(element);
  const type = inputType(element);
  if (element.value === value) return;
  const most = element.maxLength;
  if (most >= 0 && value.length > most) throw new PageError('invalid', `The field takes at most ${most} characters.`);
  if (type in timeForms) return fillTime(element, type, value);
  if (type === 'number' && value !== '' && !Number.isFinite(Number(value))) throw new PageError('invalid', `The field takes a number, such as 12.5, not “${shorten(value, 40)}”.`);
  selectAll(element);
  insertText(element, value);
  const same = (a) => a === value || a.replace(/\r\n?/g, '\n') === value.replace(/\r\n?/g, '\n');
  // A field that writes things its own way (a telephone mask) has taken it already.
  if (!same(element.value) && (element.value === '' || value === '' || type === 'number')) {
    setNative(element, value);
    sendInput(element, value, 'insertReplacementText');
  }
  sendChanged(element);
};

const fillTime = (element, type, value) => {
  const before = element.value;
  setNative(element, value);
  if (element.value === '' && value !== '') {
    setNative(element, before);
    throw new PageError('invalid', `A ${type} field takes ISO 8601, such as ${timeForms[type]}, not “${shorten(value, 40)}”.`);
  }
  const problem = element.validity.rangeUnderflow ? `not before ${element.min}` : element.validity.rangeOverflow ? `not after ${element.max}` : '';
  sendInput(element, null, 'insertReplacementText');
  sendChanged(element);
  return problem ? {note: `The field takes values ${problem}.`} : undefined;
};

const fillRange = (element, value) => {
  const number = Number(value);
  if (!Number.isFinite(number) || value === '') throw new PageError('invalid', 'A slider takes a number.');
  moveFocus(element);
  setNative(element, String(number));
  sendInput(element, null, 'insertReplacementText');
  sendChanged(element);
  if (Number(element.value) !== number) return {note: `The slider went to ${element.value}: it has values from ${element.min || 0} to ${element.max || 100} in steps of ${element.step || 1}.`};
};

const fillColor = (element, value) => {
  setNative(element, value);
  if (element.value.toLowerCase() !== value.toLowerCase()) throw new PageError('invalid', 'A colour is written as #rrggbb.');
  sendInput(element, null, 'insertReplacementText');
  sendChanged(element);
};

const asChecked = (value) => {
  if (value === true || /^(true|yes|on|1|checked)$/i.test(String(value))) return true;
  if (value === false || /^(false|no|off|0|unchecked|)$/i.test(String(value))) return false;
  throw new PageError('invalid', 'A box takes true or false.');
};

const isChecked = (element) => (element instanceof HTMLInputElement ? element.checked : dom.attribute(element, 'aria-checked') === 'true' || dom.attribute(element, 'aria-pressed') === 'true');

const fillBox = async (element, role, value, deadline) => {
  const wanted = asChecked(value);
  if (isChecked(element) === wanted && !element.indeterminate) return {};
  if (!wanted && role === 'radio') throw new PageError('invalid', 'A radio button is switched off by choosing another of its group.');
  const {aim, point} = await actionable(element, deadline);
  await clickAt(aim, point);
  await nextFrame();
  if (isChecked(element) !== wanted) return {note: 'The page did not keep the new state.'};
  return {};
};

const fillEditable = (element, value) => {
  moveFocus(element);
  selectAll(element);
  insertText(element, value);
};

// The field that @element is, or holds, or labels.
const fieldOf = (element) => {
  const role = roleOf(element);
  if (isTextField(element) || isEditable(element) || element instanceof HTMLInputElement || element instanceof HTMLSelectElement || widgetRoles.has(role) && !['button', 'link'].includes(role)) return element;
  if (element instanceof HTMLLabelElement && element.control) return element.control;
  const inner = [...allElements(element)].filter((at) => (isTextField(at) || at instanceof HTMLSelectElement || (isEditable(at) && editingHost(at) === at)) && isVisible(at));
  return inner.length === 1 ? inner[0] : element;
};

const fillOne = async (target, value, deadline) => {
  const element = fieldOf(resolve(target));
  const role = roleOf(element), type = inputType(element);
  const text = String(value ?? '');
  if (type === 'file') throw new PageError('invalid', 'Files are chosen with page_upload.');
  if (['submit', 'button', 'reset', 'image'].includes(type)) throw new PageError('invalid', `${describe(element)} is a button: use page_click.`);
  if (element instanceof HTMLSelectElement) return chooseOptions(element, Array.isArray(value) ? value.map(String) : [text]);
  if (type === 'checkbox' || type === 'radio' || ['checkbox', 'radio', 'switch', 'menuitemcheckbox', 'menuitemradio'].includes(role)) return fillBox(element, role, value, deadline);
  await actionable(element, deadline, {enabled: true, hit: false});
  if (isRange(element)) return fillRange(element, text);
  if (type === 'color') return fillColor(element, text);
  if (isTextField(element)) return fillText(element, text);
  if (isEditable(element)) return fillEditable(editingHost(element), text);
  if (role === 'slider' || role === 'spinbutton') return fillByKeys(element, text);
  throw new PageError('invalid', `${describe(element)} takes no value: use page_click${role === 'combobox' || role === 'button' ? ' or page_select' : ''}.`);
};

// A slider made of boxes: arrow keys until it says the value.
const fillByKeys = async (element, value) => {
  const wanted = Number(value), now = () => Number(dom.attribute(element, 'aria-valuenow'));
  if (!Number.isFinite(wanted)) throw new PageError('invalid', 'A slider takes a number.');
  moveFocus(element);
  for (let i = 0; i < 1000 && now() !== wanted; i++) {
    const before = now();
    await pressKey(element, before < wanted ? 'ArrowRight' : 'ArrowLeft', []);
    if (now() === before || (before < wanted) !== (now() <= wanted)) break;
  }
  return now() === wanted ? {} : {note: `The slider went to ${now()}.`};
};

const commandFill = async ({fields}, deadline) => {
  const notes = [];
  for (const [i, {target, value}] of fields.entries()) {
    try {
      const result = await fillOne(target, value, deadline);
      if (result?.note) notes.push(`${target}: ${result.note}`);
    } catch (error) {
      if (!(error instanceof PageError) || fields.length === 1) throw error;
      throw new PageError(error.code, `${target}: ${error.message}${i ? ` The ${i} field${i > 1 ? 's' : ''} before it ${i > 1 ? 'are' : 'is'} filled.` : ''}`);
    }
    await nextFrame();
  }
  return {note: notes.join(' ')};
};

// The file field that @target is, labels or holds; else the control that is to open one.
const fileControl = (target) => {
  let element = resolve(target);
  if (element instanceof HTMLLabelElement && element.control) element = element.control;
  if (inputType(element) !== 'file') {
    const inside = dom.query(element, 'input[type=file]') ?? [...allElements(element)].find((at) => inputType(at) === 'file');
    if (inside) element = inside;
  }
  if (isDisabled(element)) throw new PageError('disabled', 'The file field is disabled.');
  return element;
};

// An upload: the chooser that this opens is answered by the app.
const commandFocusFile = async ({target}) => {
  const element = fileControl(target);
  const field = inputType(element) === 'file';
  if (field) moveFocus(element);
  element.click();
  return {detail: {field, multiple: field && element.multiple, accept: field ? element.accept : ''}};
};

// Which field a control opens is told by the click that it passes on; a chooser would open for a person's only.
const fieldThatAsks = (control) => {
  if (inputType(control) === 'file') return control;
  let asked = null;
  const listener = (event) => {
    const field = event.composedPath()[0];
    if (inputType(field) !== 'file') return;
    asked = field;
    event.preventDefault();
  };
  addEventListener('click', listener, true);
  control.click();
  removeEventListener('click', listener, true);
  return asked;
};

// An upload in a frame, where no chooser can be opened: the field is given the files themselves.
const commandGiveFiles = async ({target, files}) => {
  const field = fieldThatAsks(fileControl(target));
  if (!field) throw new PageError('invalid', 'The page did not ask for files there. Take the file field as the target.');
  if (files.length > 1 && !field.multiple) throw new PageError('invalid', 'The field takes one file at a time.');
  const given = new DataTransfer();
  for (const {name, type, data} of files) given.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, {type}));
  moveFocus(field);
  field.files = given.files;
  dom.dispatch(field, new Event('input', {bubbles: true, composed: true}));
  dom.dispatch(field, new Event('change', {bubbles: true}));
  return {};
};
