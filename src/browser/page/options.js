// options.js: choosing from lists: the browser's own, and those that a page made itself.
// SPDX-License-Identifier: GPL-3.0-or-later

const matchOption = (texts, wanted) => {
  const want = squash(wanted).toLowerCase();
  let at = texts.findIndex((text) => text === wanted);
  if (at < 0) at = texts.findIndex((text) => text.toLowerCase() === want);
  if (at < 0 && want) {
    const all = texts.map((text, i) => [text, i]).filter(([text]) => text.toLowerCase().includes(want));
    if (all.length === 1) at = all[0][1];
  }
  return at;
};

const noOption = (wanted, texts) => new PageError('not-found', `There is no option ${quote(shorten(wanted, 60))}. The options are: ${texts.slice(0, 30).map((t) => quote(t)).join(', ')}${texts.length > 30 ? `, … ${texts.length - 30} more` : ''}.`);

const chooseOptions = (select, values) => {
  if (isDisabled(select)) throw new PageError('disabled', 'The list is disabled: something else on the page has to be done first.');
  const options = [...select.options], texts = options.map(optionText);
  if (values.length > 1 && !select.multiple) throw new PageError('invalid', 'Only one option can be chosen here.');
  const chosen = values.map((value) => {
    let at = matchOption(texts, value);
    if (at < 0) at = options.findIndex((o) => o.value === value);
    if (at < 0) throw noOption(value, texts);
    if (options[at].disabled || (dom.parent(options[at]) instanceof HTMLOptGroupElement && dom.parent(options[at]).disabled)) throw new PageError('disabled', `The option ${quote(texts[at])} is disabled.`);
    return at;
  });
  moveFocus(select);
  const was = options.map((o) => o.selected);
  if (select.multiple) options.forEach((option, i) => { option.selected = chosen.includes(i); });
  else select.selectedIndex = chosen[0] ?? -1;
  if (options.some((o, i) => o.selected !== was[i])) {
    dom.dispatch(select, new Event('input', {bubbles: true, composed: true}));
    dom.dispatch(select, new Event('change', {bubbles: true}));
  }
  return {};
};

const openOptions = (element) => {
  const lists = [...idList(element, 'aria-controls'), ...idList(element, 'aria-owns')];
  const roots = lists.filter(isVisible).length ? lists.filter(isVisible) : [dom.root()];
  const found = [];
  for (const root of roots) for (const at of allElements(root)) {
    if (['option', 'menuitemradio', 'menuitemcheckbox', 'menuitem', 'treeitem'].includes(explicitRole(at)) && isVisible(at)) found.push(at);
  }
  return found;
};

// A list that the page made itself: open it, wait for its options, click those.
const commandSelect = async ({target, values}, deadline) => {
  let element = fieldOf(resolve(target));
  if (!(element instanceof HTMLSelectElement)) element = dom.query(element, 'select') ?? element;
  if (element instanceof HTMLSelectElement) {
    if (!isVisible(element) && !isRendered(element)) throw new PageError('hidden', 'The list is not visible.');
    return chooseOptions(element, values);
  }
  if (inputType(element) && element.list) return fillText(element, values[0] ?? '') ?? {};
  const inside = ['listbox', 'menu', 'tree', 'radiogroup'].includes(roleOf(element));
  for (const value of values) {
    let options = inside ? [...dom.queryAll(element, '[role=option], [role=radio], [role=menuitem], [role=treeitem], input[type=radio]')].filter(isVisible) : openOptions(element);
    const expanded = dom.attribute(element, 'aria-expanded');
    if (!inside && (expanded === 'false' || !options.length)) {
      const {aim, point} = await actionable(element, deadline);
      await clickAt(aim, point);
      options = await waitOptions(element, deadline);
      if (!options.length && isTextField(element)) { fillText(element, value); options = await waitOptions(element, deadline); }
    }
    const texts = options.map((o) => nameOf(o) || squash(dom.text(o)));
    const at = matchOption(texts, value);
    if (at < 0) {
      if (!options.length) throw new PageError('invalid', `${describe(element)} opened no list of options: look with page_snapshot, then use page_click.`);
      throw noOption(value, texts);
    }
    const {aim, point} = await actionable(options[at], deadline);
    await clickAt(aim, point);
    await sleep(30);
  }
  return {};
};

const waitOptions = async (element, deadline) => {
  const end = Math.min(deadline, performance.now() + 2000);
  for (;;) {
    const options = openOptions(element);
    if (options.length || performance.now() > end) return options;
    await sleep(40);
  }
};

