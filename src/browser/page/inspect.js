// inspect.js: what an action on an element would be, for the site's policy: whose form it sends, what
// kinds of fields that has, where it leads, which grave words it bears.
// SPDX-License-Identifier: GPL-3.0-or-later

const kindsByHint = [
  ['password', /current-password|new-password/, /passw|kennwort|contrase|mot.?de.?passe/i],
  ['code', /one-time-code/, /\botp\b|2fa|one.?time|verification.?code|\btan\b/i],
  ['card', /\bcc-/, /card.?(number|no\b|num)|cardnumber|kartennummer|kreditkart|cvc|cvv|security.?code|num[eé]ro.?de.?carte|tarjeta/i],
  ['bank', /^$/, /\biban\b|\bbic\b|account.?number|kontonummer|routing/i],
  ['identity', /^$/, /passport|\bssn\b|social.?security|ausweis|steuer.?(id|nummer)|tax.?id|national.?id/i],
  ['birthday', /\bbday/, /birth|geburt|naissance|nacimiento/i],
  ['email', /\bemail\b/, /e-?mail|courriel|correo/i],
  ['phone', /\btel\b/, /phone|\btel\b|telefon|mobile|handy|t[eé]l[eé]phone/i],
  ['address', /street-address|address-line|postal-code|address-level/, /street|address|stra(ß|ss)e|anschrift|\bplz\b|postcode|zip|adresse|direcci|calle|c[oó]digo.?postal/i],
  ['name', /\b(given-|family-)?name\b/, /first.?name|last.?name|full.?name|surname|vorname|nachname|your.?name|pr[eé]nom|apellido/i],
];

const kindOf = (field) => {
  const type = inputType(field);
  if (type === 'password') return 'password';
  if (type === 'file') return 'file';
  if (type === 'email') return 'email';
  if (type === 'tel') return 'phone';
  if (!isTextField(field) && !(field instanceof HTMLSelectElement) && !isEditable(field)) return type || 'other';
  const auto = (dom.attribute(field, 'autocomplete') ?? '').toLowerCase();
  const words = [dom.attribute(field, 'name'), dom.attribute(field, 'id'), nameOf(field), dom.attribute(field, 'placeholder')].filter(Boolean).join(' ');
  for (const [kind, complete, word] of kindsByHint) if ((auto && complete.source !== '^$' && complete.test(auto)) || word.test(words)) return kind;
  if (/1[3-9]/.test(dom.attribute(field, 'maxlength') ?? '') && /\\d|\[0-9/.test(dom.attribute(field, 'pattern') ?? '')) return 'card';
  return 'text';
};

// In English, German, French and Spanish; what a dialog says is judged by the same (annex-grave-words.c).
const graveWords = Object.fromEntries(Object.entries('GRAVE_WORDS').map(([key, source]) => [key, new RegExp(source, 'i')]));

const wordsOf = (text) => Object.keys(graveWords).filter((key) => {
  // \b knows ASCII letters only: the others are taken down to theirs first.
  const plain = text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/ß/g, 'ss');
  return graveWords[key].test(text) || graveWords[key].test(plain);
});

const formOf = (element) => {
  const own = element.form instanceof HTMLFormElement ? element.form : null;
  return own ?? shownAncestor(element, (at) => at instanceof HTMLFormElement);
};

const formDetail = (form, by) => {
  const fields = [...getterOf(HTMLFormElement.prototype, 'elements')(form)].filter((f) => isTextField(f) || f instanceof HTMLSelectElement || ['checkbox', 'radio', 'file'].includes(inputType(f)));
  const action = dom.attribute(by ?? form, 'formaction') ?? dom.attribute(form, 'action') ?? '';
  let address = '';
  try { address = new URL(action, dom.base()).href; } catch { /* a form that leads nowhere */ }
  const kinds = {}, filled = {};
  for (const field of fields.slice(0, 500)) {
    const kind = kindOf(field);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    if (field.value && isTextField(field)) filled[kind] = (filled[kind] ?? 0) + 1;
  }
  return {name: nameOf(form) || dom.attribute(form, 'name') || dom.attribute(form, 'id') || '', action: address,
    method: (dom.attribute(by ?? form, 'formmethod') ?? dom.attribute(form, 'method') ?? 'get').toLowerCase(), fields: kinds, filled};
};

const inspectOne = (element) => {
  const role = roleOf(element) || 'generic';
  const control = shownAncestor(element, (at) => dom.matches(at, 'a[href], area[href], button, input, select, textarea, [role=button]')) ?? element;
  const type = control instanceof HTMLButtonElement ? control.type : inputType(control);
  const form = formOf(control);
  const field = isTextField(control) || control instanceof HTMLSelectElement || isEditable(control) || ['checkbox', 'radio', 'file', 'range', 'color'].includes(type);
  const submits = Boolean(form) && (type === 'submit' || type === 'image');
  const link = control instanceof HTMLAnchorElement || control instanceof HTMLAreaElement ? control : null;
  const name = nameOf(control) || squash(dom.text(control)).slice(0, 300);
  const detail = {role, name: shorten(name, 300), tag: dom.localName(control), type, submits,
    words: wordsOf([name, dom.attribute(control, 'value') ?? '', dom.attribute(control, 'title') ?? ''].join(' ')), url: location.href,
    frame: references.frame, box: boxArray(element)};
  if (field) detail.field = kindOf(control);
  if (form) detail.form = formDetail(form, submits ? control : null);
  if (link) { detail.link = link.href; detail.newWindow = Boolean(link.target) && link.target !== '_self'; }
  if (link && dom.hasAttribute(link, 'download')) detail.download = dom.attribute(link, 'download') || true;
  return detail;
};

const boxArray = (element) => { const b = isArea(element) ? areaBox(element) : dom.box(element); return [b.left, b.top, b.width, b.height]; };

const isFrame = (element) => element !== null && ['iframe', 'frame'].includes(dom.localName(element));

// Without a target: what has the focus, since that is what a key goes to.
const commandInspect = ({target}) => {
  const element = target ? resolve(target) : deepActive();
  if (!target && isFrame(element)) return {slot: slotOf(element)};
  if (!element) return {detail: {role: 'document', name: '', tag: 'body', type: '', submits: false, words: [], url: location.href, frame: references.frame, box: [0, 0, innerWidth, innerHeight]}};
  return {detail: inspectOne(element)};
};

const commandBox = ({target}) => {
  const named = resolve(target);
  const element = isVisible(named) && boxArray(named)[2] > 1 ? named : standIn(named) ?? named;
  element.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
  return {detail: {box: boxArray(element)}};
};
