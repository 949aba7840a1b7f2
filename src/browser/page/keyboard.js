// keyboard.js: keys with all their events, and what the engine would do on them by itself.
// SPDX-License-Identifier: GPL-3.0-or-later

const keyCodes = {Enter: 13, Tab: 9, Escape: 27, Backspace: 8, Delete: 46, ' ': 32, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39,
  ArrowDown: 40, PageUp: 33, PageDown: 34, End: 35, Home: 36, Insert: 45, Shift: 16, Control: 17, Alt: 18, Meta: 91, ContextMenu: 93};
const punctuation = {';': ['Semicolon', 186], '=': ['Equal', 187], ',': ['Comma', 188], '-': ['Minus', 189], '.': ['Period', 190], '/': ['Slash', 191],
  '`': ['Backquote', 192], '[': ['BracketLeft', 219], '\\': ['Backslash', 220], ']': ['BracketRight', 221], "'": ['Quote', 222]};

const keyDetails = (key) => {
  if (/^[a-z]$/i.test(key)) return {code: 'Key' + key.toUpperCase(), keyCode: key.toUpperCase().charCodeAt(0)};
  if (/^[0-9]$/.test(key)) return {code: 'Digit' + key, keyCode: key.charCodeAt(0)};
  if (/^F([1-9]|1[0-2])$/.test(key)) return {code: key, keyCode: 111 + Number(key.slice(1))};
  if (key === ' ') return {code: 'Space', keyCode: 32};
  if (punctuation[key]) return {code: punctuation[key][0], keyCode: punctuation[key][1]};
  const side = ['Shift', 'Control', 'Alt', 'Meta'].includes(key) ? 'Left' : '';
  return {code: keyCodes[key] ? key + side : '', keyCode: keyCodes[key] ?? 0};
};

// "Control+Shift+a" as {key, modifiers}.
const parseKey = (text) => {
  const raw = String(text ?? '');
  const parts = raw === '+' ? ['+'] : raw.endsWith('++') ? [...raw.slice(0, -2).split('+'), '+'] : raw.split('+');
  let key = parts.pop();
  const names = {Space: ' ', Esc: 'Escape', Return: 'Enter', Del: 'Delete', Left: 'ArrowLeft', Right: 'ArrowRight', Up: 'ArrowUp', Down: 'ArrowDown', Ctrl: 'Control', Cmd: 'Meta', Option: 'Alt'};
  key = names[key] ?? key;
  const modifiers = parts.map((part) => names[part] ?? part);
  if (modifiers.some((m) => !['Shift', 'Control', 'Alt', 'Meta'].includes(m)) || !key ||
    ([...key].length > 1 && !(key in keyCodes) && !/^F([1-9]|1[0-2])$/.test(key))) {
    throw new PageError('invalid', `“${shorten(raw, 40)}” is no key. Keys are named as in Enter, Tab, Escape, ArrowDown, Space, a, Control+a, Shift+Tab.`);
  }
  return {key, modifiers};
};

const sendKey = (target, type, key, modifiers, more = {}) => {
  const {code, keyCode} = keyDetails(key);
  const char = type === 'keypress' ? (key === 'Enter' ? 13 : key.codePointAt(0)) : 0;
  return dom.dispatch(target, new KeyboardEvent(type, {key, code, keyCode: char || keyCode, which: char || keyCode, charCode: char, bubbles: true, cancelable: true,
    composed: true, view: window, ...modifiersOf(modifiers), ...more}));
};

const isShortcut = (modifiers) => modifiers.includes('Control') || modifiers.includes('Meta') || modifiers.includes('Alt');

// The engine itself acts on some keys though they are not trusted (a click on Enter, a radio on an arrow):
// what it did is not done again.
const stateOf = (element) => (element instanceof HTMLInputElement || element instanceof HTMLSelectElement
  ? [element.value, element.checked, element.selectedIndex, deepActive() === element].join() : String(deepActive() === element));

const actsDuring = (element, send) => {
  const before = stateOf(element);
  let went = true;
  const heard = withEvents(['click', 'submit'], () => { went = send(); });
  return {went, acted: heard.size > 0 || stateOf(element) !== before};
};

const pressKey = async (target, key, modifiers) => {
  for (const [i, modifier] of modifiers.entries()) sendKey(target, 'keydown', modifier, modifiers.slice(0, i + 1));
  const shown = modifiers.includes('Shift') && /^[a-z]$/.test(key) ? key.toUpperCase() : key;
  const types = [...shown].length === 1 || key === 'Enter';
  const down = actsDuring(target, () => {
    let go = sendKey(target, 'keydown', shown, modifiers);
    if (go && types && !isShortcut(modifiers)) go = sendKey(target, 'keypress', shown, modifiers);
    return go;
  });
  const now = dom.connected(target) ? deepActive() ?? target : target;
  const text = canEdit(now) && [...shown].length === 1;
  if (down.went && dom.connected(now) && (!down.acted || text)) await defaultAction(now, shown, modifiers);
  const up = deepActive() ?? (dom.connected(target) ? target : dom.body());
  const released = actsDuring(up, () => sendKey(up, 'keyup', shown, modifiers));
  if (down.went && !down.acted && released.went && !released.acted && key === ' ' && up === now) activateBySpace(up);
  for (const modifier of [...modifiers].reverse()) sendKey(up, 'keyup', modifier, modifiers.filter((m) => m !== modifier));
};

const canEdit = (element) => (isTextField(element) && !element.readOnly && !element.disabled) || isEditable(element);

const activateBySpace = (element) => {
  const type = inputType(element), tag = dom.localName(element);
  if (['checkbox', 'radio', 'button', 'submit', 'reset', 'image', 'file', 'color'].includes(type) || tag === 'button' || (tag === 'summary' && isNativeControl(element))) element.click();
};

const defaultAction = async (element, key, modifiers) => {
  if (isShortcut(modifiers)) return shortcut(element, key.toLowerCase(), modifiers);
  if (key === 'Tab') return tabFrom(element === dom.body() ? null : element, modifiers.includes('Shift'));
  if (key === 'Escape') return escape();
  if (key === 'Enter') return enter(element, modifiers);
  if (/^Arrow/.test(key) && arrowControl(element, key)) return undefined;
  if (canEdit(element) && editKey(element, key, modifiers)) return undefined;
  if ([...key].length === 1) { if (canEdit(element)) insertText(element, key); else if (element instanceof HTMLSelectElement) selectByLetter(element, key); else if (key === ' ' && !isNativeControl(element)) scrollPage(element, 'PageDown'); return undefined; }
  return scrollPage(element, key);
};

const shortcut = (element, key, modifiers) => {
  if (modifiers.includes('Alt') || modifiers.includes('Meta')) return;
  if (key === 'a') { if (canEdit(element) || isTextField(element)) selectAll(isTextField(element) ? element : editingHost(element)); else getSelection().selectAllChildren(dom.body()); return; }
  const command = {b: 'bold', i: 'italic', u: 'underline', z: modifiers.includes('Shift') ? 'redo' : 'undo', y: 'redo'}[key];
  if (command && canEdit(element) && (isEditable(element) || /undo|redo/.test(command))) dom.execute(command);
  if (/^(backspace|delete)$/.test(key) && canEdit(element)) deleteText(element, key === 'backspace', true);
  const move = {arrowleft: 'backward', arrowright: 'forward'}[key];
  if (move && canEdit(element)) getSelection().modify(modifiers.includes('Shift') ? 'extend' : 'move', move, 'word');
};

const scrollPage = (element, key) => {
  const root = scrollerOf(element);
  const page = root.clientHeight * 0.9;
  const by = {PageDown: page, PageUp: -page, ArrowDown: 40, ArrowUp: -40}[key];
  if (by) root.scrollBy({top: by, behavior: 'instant'});
  else if (key === 'Home') root.scrollTo({top: 0, behavior: 'instant'});
  else if (key === 'End') root.scrollTo({top: root.scrollHeight, behavior: 'instant'});
};

const commandPress = async ({key, target}) => {
  const {key: name, modifiers} = parseKey(key);
  if (target) moveFocus(resolve(target));
  const active = deepActive() ?? dom.body();
  if (!active) throw new PageError('invalid', 'The page is empty.');
  if (isFrame(active)) return {slot: slotOf(active)};
  await pressKey(active, name, modifiers);
  return {};
};

// Types at the end of what is there, key by key as long as it is short.
const commandType = async ({target, text, submit}, deadline) => {
  const element = fieldOf(resolve(target));
  const editable = isEditable(element) && !isTextField(element);
  if (!isTextField(element) && !editable && element.tabIndex < 0) throw new PageError('invalid', `${describe(element)} takes no text.`);
  if (inputType(element) in timeForms || ['color', 'range', 'file'].includes(inputType(element))) throw new PageError('invalid', 'This field is set with page_fill, not typed into.');
  const {aim, point} = await actionable(element, deadline);
  if (isTextField(element)) needWritable(element);
  if (deepActive() !== element) await clickAt(aim, point);
  if (deepActive() !== element && !isInside(deepActive() ?? dom.root(), element)) moveFocus(element);
  const field = deepActive() ?? element;
  if (canEdit(field)) caretToEnd(isTextField(field) ? field : editingHost(field));
  const value = String(text ?? '');
  const keys = [...value];
  if (keys.length <= 150) {
    for (const key of keys) {
      if (cancelled) throw new PageError('cancelled', 'Cancelled.');
      const to = deepActive() ?? field;
      await pressKey(dom.connected(to) ? to : field, key === '\n' ? 'Enter' : key === '\t' ? 'Tab' : key, []);
    }
  } else {
    sendKey(field, 'keydown', keys[0], []);
    insertText(field, value);
    sendKey(field, 'keyup', keys[keys.length - 1], []);
  }
  if (submit) {
    await sleep(20);
    await pressKey(deepActive() ?? field, 'Enter', []);
  }
  return {};
};
