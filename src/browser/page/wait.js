// wait.js: when a page is at rest: nothing in its tree has changed for a moment.
// SPDX-License-Identifier: GPL-3.0-or-later

let lastChange = performance.now();
let observer = null;
const observedRoots = new WeakSet();

const observeChanges = () => {
  observer ??= new MutationObserver((records) => {
    if (records.some((r) => !(ring && (r.target === ring.host || [...r.addedNodes, ...r.removedNodes].includes(ring.host))))) lastChange = performance.now();
  });
  const observe = (root) => {
    if (observedRoots.has(root)) return;
    observedRoots.add(root);
    observer.observe(root, {childList: true, subtree: true, attributes: true, characterData: true});
  };
  observe(document);
};

// Resolves once nothing changed for @quiet_ms, at most after @most_ms.
const commandRest = async ({quiet_ms: quiet, most_ms: most}) => {
  observeChanges();
  const end = performance.now() + most;
  const start = performance.now();
  for (;;) {
    const since = performance.now() - Math.max(lastChange, start);
    if (since >= quiet || performance.now() >= end) return {quiet: since >= quiet, state: dom.ready()};
    await sleep(Math.max(10, Math.min(quiet - since, end - performance.now())));
  }
};
