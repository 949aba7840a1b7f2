// fold.js: what is left out of a snapshot, and said to be left out: runs of items and long text that
// the window, as it is scrolled now, does not show. What it shows is never folded.
// SPDX-License-Identifier: GPL-3.0-or-later

const longFamily = 10;   // a parent of more children may have a run folded
const shortestRun = 6;   // fewer items than this are not worth a line that stands for them
const longText = 160;    // characters of unseen text that are shown, at most
const mostText = 8000;   // of any text: no window shows more
const fewFields = 25;    // a family of up to as many keeps items with fields: a form is seen whole

const isUnseen = (box, clip) => (box.width > 0 || box.height > 0) && !overlaps(box, clip);

const itemWord = (element) => {
  const tag = dom.localName(element);
  if (tag === 'tr' || roleOf(element) === 'row') return 'rows';
  if (tag === 'option' || roleOf(element) === 'option') return 'options';
  return 'items';
};

// What was folded at the last look, and stays so when an action only happened to scroll the page.
let foldedBefore = new WeakSet();

// Which of @children are left out: a map from the first of a run to its length.
const foldRuns = (parent, children, look, clip) => {
  const runs = new Map();
  const elements = children.filter(isElement);
  if (look.whole && look.from !== parent) return look.unlimited || elements.length <= look.most ? runs : runsAfter(elements, 0, look.most);
  if (look.from === parent) return runsAfter(elements, Math.max(0, elements.indexOf(look.first)), look.most);
  if (elements.length <= longFamily) return runs;
  const small = elements.length <= fewFields;
  let start = null, length = 0, run = [];
  const end = () => {
    if (start && length >= shortestRun) {
      runs.set(start, length);
      for (const element of run) foldedBefore.add(element);
    }
    start = null; length = 0; run = [];
  };
  for (const element of elements) {
    const folded = look.keepFolds && foldedBefore.has(element);
    const keep = look.shown.has(element) || (!folded && !isUnseen(dom.box(element), clip)) ||
      (small && (/^h[1-6]$/.test(dom.localName(element)) || dom.query(element, 'input:not([type=hidden]), select, textarea, [contenteditable=true]')));
    if (keep) { if (getComputedStyle(element).display !== 'none') end(); continue; }
    start ??= element;
    run.push(element);
    length++;
  }
  end();
  return runs;
};

// A look at one run: @most items from @first on.
const runsAfter = (elements, first, most) => {
  const runs = new Map();
  if (first > 0) runs.set(elements[0], first);
  if (elements.length > first + most) runs.set(elements[first + most], elements.length - first - most);
  return runs;
};

// Text out of sight is cut; the reference opens it.
const foldText = (text, owner, look, clip) => {
  if (text.length > mostText && isElement(owner)) return {text: `${text.slice(0, mostText)} … ${text.length - mostText} more characters: page_text reads them`, owner};
  if (look.whole || text.length <= longText + 40 || !isElement(owner) || look.shown.has(owner)) return null;
  if (!isUnseen(dom.box(owner), clip) && !(look.keepFolds && foldedBefore.has(owner))) return null;
  foldedBefore.add(owner);
  const cut = text.slice(0, longText).replace(/\s+\S*$/, '');
  return {text: `${cut} … ${text.length - cut.length} more characters`, owner};
};
