// states.js: what a node says of itself besides role and name: [checked], [level=2], its value.
// SPDX-License-Identifier: GPL-3.0-or-later

const plainFieldTypes = new Set(['text', 'search', 'checkbox', 'radio', 'submit', 'button', 'reset', 'image', 'range', 'number', 'hidden']);

const triState = (value) => (value === 'mixed' ? 'mixed' : value === 'true');

// What a page says of a state is one short word: it ends no bracket and begins none.
const stateWord = (value) => shorten(squash(String(value)).replace(/[[\]"]/g, ''), 60);

const stateList = (element, role) => {
  const list = [];
  const add = (name, value) => {
    if (value === true) list.push(`[${name}]`);
    else if (value !== false && value !== null && value !== undefined && value !== '') list.push(`[${name}=${stateWord(value)}]`);
  };
  const aria = (name) => dom.attribute(element, 'aria-' + name);
  const type = inputType(element);
  if (type === 'checkbox' || type === 'radio') add('checked', element.indeterminate ? 'mixed' : element.checked);
  else if (['checkbox', 'radio', 'switch', 'menuitemcheckbox', 'menuitemradio', 'option', 'treeitem'].includes(role) && aria('checked')) add('checked', triState(aria('checked')));
  if (widgetRoles.has(role) || role === 'group' || isTextField(element)) add('disabled', isDisabled(element));
  if (element === deepActive()) add('active', true);
  const expanded = dom.localName(element) === 'summary' && isElement(dom.parent(element)) && dom.localName(dom.parent(element)) === 'details'
    ? String(dom.parent(element).open) : aria('expanded');
  if (expanded === 'true' || expanded === 'false') list.push(expanded === 'true' ? '[expanded]' : '[collapsed]');
  if (role === 'heading') {
    const tag = /^h([1-6])$/.exec(dom.localName(element));
    add('level', Number(aria('level')) || (tag ? Number(tag[1]) : 2));
  } else if (role === 'treeitem' && aria('level')) add('level', Number(aria('level')) || null);
  if (role === 'button' && aria('pressed')) add('pressed', triState(aria('pressed')));
  if (element instanceof HTMLOptionElement) add('selected', element.selected);
  else if (aria('selected') === 'true') add('selected', true);
  const current = aria('current');
  if (current && current !== 'false') add('current', true);
  const sort = aria('sort');
  if (sort === 'ascending' || sort === 'descending') add('sort', sort);
  if (element instanceof HTMLDialogElement ? dom.matches(element, ':modal') : aria('modal') === 'true') add('modal', true);
  if (element instanceof HTMLTextAreaElement || aria('multiline') === 'true' || (isEditable(element) && role !== 'combobox' && aria('multiline') !== 'false' && !isTextField(element))) add('multiline', true);
  if (element instanceof HTMLInputElement && !plainFieldTypes.has(type)) add('type', type);
  fieldStates(element, role, type, aria, add);
  return list;
};

const fieldStates = (element, role, type, aria, add) => {
  if (isTextField(element) || element instanceof HTMLSelectElement || type === 'checkbox' || type === 'radio' || type === 'file') {
    add('required', element.required || aria('required') === 'true');
    add('readonly', Boolean(element.readOnly));
    const invalid = aria('invalid');
    add('invalid', (invalid !== null && invalid !== 'false') || dom.matches(element, ':user-invalid'));
  } else if (aria('required') === 'true') add('required', true);
  if (role === 'slider' || role === 'progressbar' || role === 'meter' || role === 'scrollbar' || role === 'spinbutton') {
    const own = type === 'range' || type === 'number' || element instanceof HTMLMeterElement || (element instanceof HTMLProgressElement && element.position >= 0);
    if (type !== 'number') add('value', aria('valuetext') ?? (own ? String(element.value) : aria('valuenow')));
    // From 0 to 100 in steps of 1 goes without saying.
    const min = dom.attribute(element, 'min') ?? aria('valuemin'), max = dom.attribute(element, 'max') ?? aria('valuemax');
    if (min !== '0') add('min', min);
    if (max !== '100') add('max', max);
    const step = dom.attribute(element, 'step');
    if ((type === 'range' || type === 'number') && step !== '1') add('step', step);
  }
  if (['date', 'time', 'month', 'week', 'datetime-local'].includes(type)) {
    add('min', dom.attribute(element, 'min'));
    add('max', dom.attribute(element, 'max'));
  }
  if (element instanceof HTMLMediaElement) add(element.paused ? 'paused' : 'playing', true);
  if (isSecretField(element) && element.value) add('filled', true);
};

const optionText = (option) => shorten(squash(option.label || dom.text(option)), 200);

// What stands behind the colon: the value of a field, verbatim; null where there is none.
const valueOf = (element, role, whole) => {
  const limited = (value) => (!whole && value.length > 2000 ? quote(value.slice(0, 2000)) + ` … ${value.length - 2000} more characters` : quote(value));
  if (isSecretField(element)) return null;
  const type = inputType(element);
  if (type === 'file') return element.files.length ? [...element.files].map((f) => quote(shorten(f.name, 200))).join(', ') : null;
  if (isTextField(element) || type === 'color') return element.value === '' ? null : limited(element.value);
  if (element instanceof HTMLSelectElement && role === 'combobox') {
    return [...element.selectedOptions].map((o) => quote(optionText(o))).join(', ') || null;
  }
  if (isEditable(element) && editingHost(element) === element) {
    const text = isVisible(element) ? element.innerText.replace(/\n$/, '') : '';
    return text === '' ? null : limited(text);
  }
  if ((role === 'textbox' || role === 'searchbox') && !isHtml(element)) return null;
  return null;
};

// The lines "- /name: …" under a node.
const propertyList = (element, role, name, look) => {
  const list = [];
  if (role === 'link') {
    const address = shortAddress(element);
    if (address && !look.addresses.has(address)) {
      look.addresses.add(address);
      list.push('/url: ' + address);
    }
  }
  const placeholder = dom.attribute(element, 'placeholder') ?? dom.attribute(element, 'aria-placeholder');
  if (placeholder && squash(placeholder) !== name && (isTextField(element) || role === 'textbox' || role === 'searchbox' || role === 'combobox')) {
    list.push('/placeholder: ' + shorten(squash(placeholder), 200));
  }
  if (element instanceof HTMLSelectElement && role === 'combobox') {
    const options = [...element.options].filter((o) => !o.hidden);
    const most = look.whole ? 2000 : 12;
    const shown = options.slice(0, most).map((o) => quote(optionText(o)) + (o.disabled ? ' [disabled]' : ''));
    if (options.length > most) shown.push(`… ${options.length - most} more options`);
    if (shown.length) list.push('/options: ' + shown.join(', '));
  }
  if (element instanceof HTMLInputElement && element.list) {
    const options = [...element.list.options].map((o) => quote(shorten(o.value, 200)));
    if (options.length) list.push('/options: ' + options.slice(0, 12).join(', ') + (options.length > 12 ? `, … ${options.length - 12} more options` : ''));
  }
  const described = idList(element, 'aria-describedby').concat(idList(element, 'aria-errormessage')).filter((e) => !isVisible(e)).map((e) => squash(dom.text(e))).filter(Boolean).join(' ');
  if (described && widgetRoles.has(role)) list.push('/description: ' + shorten(described, 200));
  return list;
};

// Where a link leads, short: from the root of the same site, cut when it is long.
const shortAddress = (link) => {
  const raw = dom.attribute(link, 'href') ?? dom.attribute(link, 'xlink:href');
  if (!raw || raw === '#' || /^\s*javascript:/i.test(raw)) return null;
  let address;
  try { address = new URL(raw, dom.base()); } catch { return shorten(raw, 100); }
  const here = location.origin !== 'null' && address.origin === location.origin;
  if (here && address.hash && address.href.split('#')[0] === location.href.split('#')[0]) return shorten(address.hash, 60);
  if (here && address.search && address.pathname === location.pathname) return shorten(address.search + address.hash, 60);
  const whole = here ? address.pathname + address.search + address.hash : address.href;
  if (whole.length <= 60) return whole;
  // What tells where it leads is the path; what follows it is told by going there.
  return shorten(here ? address.pathname : address.origin + address.pathname, 60).replace(/…?$/, '…');
};
