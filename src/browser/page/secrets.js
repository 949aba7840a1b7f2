// secrets.js: the fields that hold what only a person types: passwords, codes, card numbers. Annex types
// none of these, and reads none.
// SPDX-License-Identifier: GPL-3.0-or-later

const secretHints = /cc-(number|csc|exp)|current-password|new-password|one-time-code/;
const secretKinds = new Set(['password', 'code', 'card']);
const mostSignInFields = 3;

// A button beside it may turn a password into text for a moment: it is one all the same.
const oncePasswords = new WeakSet();
const notePassword = (event) => {
  const field = event.composedPath()[0];
  if (inputType(field) === 'password') oncePasswords.add(field);
};
for (const type of ['focus', 'input', 'change']) addEventListener(type, notePassword, true);

const holdsSecret = (field) => {
  if (inputType(field) === 'password') oncePasswords.add(field);
  return oncePasswords.has(field) || secretHints.test(dom.attribute(field, 'autocomplete') ?? '') ||
    (getComputedStyle(field).webkitTextSecurity ?? 'none') !== 'none' || secretKinds.has(kindOf(field));
};

// The name beside a password that somebody has typed was typed with it.
const isSignInName = (field) => {
  const form = formOf(field);
  if (!form) return false;
  const fields = [...getterOf(HTMLFormElement.prototype, 'elements')(form)].filter(isTextField);
  return fields.length <= mostSignInFields && fields.some((other) => other !== field && oncePasswords.has(other) && other.value !== '');
};

const isSecretField = (field) => isTextField(field) && (holdsSecret(field) || isSignInName(field));
