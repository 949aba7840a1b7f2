// by-hand.js: editing where the engine does none: in a frame of another origin that the window's focus is
// not in. With the events that editing has, and at the caret, as the engine would.
// SPDX-License-Identifier: GPL-3.0-or-later

const contentOf = (element) => (isTextField(element) ? element.value : element.innerHTML);

// Did the engine do @command, or did the page refuse it? What execCommand returns does not tell.
const engineEdits = (element, command, text) => {
  const before = contentOf(element);
  let asked = false;
  const listener = () => { asked = true; };
  addEventListener('beforeinput', listener, true);
  dom.execute(command, false, text);
  removeEventListener('beforeinput', listener, true);
  return asked || contentOf(element) !== before;
};

const isBackward = (kind) => /Backward$/.test(kind);
const isDeletion = (kind) => kind.startsWith('delete');

// How many characters a deletion at the caret takes of the text before it, or after it.
const deletedLength = (text, kind) => {
  if (/Word/.test(kind)) return (isBackward(kind) ? /\S*\s*$/ : /^\s*\S*/).exec(text)[0].length;
  const characters = [...text];
  return (isBackward(kind) ? characters.pop() : characters[0])?.length ?? 0;
};

const moveCaret = (field, start, end = start, direction = 'none') => {
  try { field.setSelectionRange(start, end, direction); } catch { /* number, email: no caret to set */ }
};

const asksPage = (host, kind, text) => dom.dispatch(host, new InputEvent('beforeinput', {bubbles: true, composed: true, cancelable: true,
  data: isDeletion(kind) ? null : text, inputType: kind}));

const editField = (field, kind, text) => {
  const value = field.value;
  let from = field.selectionStart ?? value.length, to = field.selectionEnd ?? from;
  if (from === to && isDeletion(kind)) {
    if (isBackward(kind)) from -= deletedLength(value.slice(0, from), kind);
    else to += deletedLength(value.slice(to), kind);
    if (from === to) return;
  }
  if (!asksPage(field, kind, text)) return;
  const next = value.slice(0, from) + text + value.slice(to);
  if (field.maxLength >= 0 && next.length > field.maxLength && !isDeletion(kind)) return;
  setNative(field, next);
  moveCaret(field, from + text.length);
  sendInput(field, isDeletion(kind) ? null : text, kind);
};

const editTree = (host, kind, text) => {
  const selection = getSelection();
  if (!selection.rangeCount || !isInside(selection.getRangeAt(0).startContainer, host)) caretToEnd(host);
  if (selection.isCollapsed && isDeletion(kind)) {
    selection.modify('extend', isBackward(kind) ? 'backward' : 'forward', /Word/.test(kind) ? 'word' : 'character');
    if (selection.isCollapsed) return;
  }
  if (!asksPage(host, kind, text)) return;
  const range = selection.getRangeAt(0);
  range.deleteContents();
  if (kind === 'insertLineBreak') range.insertNode(dom.create('br'));
  else if (text) range.insertNode(document.createTextNode(text));
  range.collapse(false);
  selection.removeAllRanges();
  selection.addRange(range);
  sendInput(host, isDeletion(kind) ? null : text, kind);
};

const editByHand = (element, kind, text = '') => {
  if (isTextField(element)) editField(element, kind, text);
  else editTree(editingHost(element), kind, text);
};

// The caret of a field: the engine moves it only where the focus is. False: this key is none of the caret's.
const moveByHand = (field, key, extend) => {
  const value = field.value, backwards = field.selectionDirection === 'backward';
  const head = backwards ? field.selectionStart : field.selectionEnd, tail = backwards ? field.selectionEnd : field.selectionStart;
  if (head === null) return;
  const to = {
    ArrowLeft: () => (head !== tail && !extend ? field.selectionStart : head - deletedLength(value.slice(0, head), 'deleteContentBackward')),
    ArrowRight: () => (head !== tail && !extend ? field.selectionEnd : head + deletedLength(value.slice(head), 'deleteContentForward')),
    Home: () => value.lastIndexOf('\n', head - 1) + 1,
    End: () => (value.indexOf('\n', head) < 0 ? value.length : value.indexOf('\n', head)),
  }[key]?.();
  if (to === undefined) return;
  if (extend) moveCaret(field, Math.min(to, tail), Math.max(to, tail), to < tail ? 'backward' : 'forward');
  else moveCaret(field, to);
};
