// commands.js: the way to the app and back. Every frame asks the app for its next command; the answer
// to that question is the command. The channel exists in this world alone: the page cannot speak to it.
// SPDX-License-Identifier: GPL-3.0-or-later

const commands = {
  snapshot: commandSnapshot, find: commandFind, text: commandText, table: commandTable, inspect: commandInspect, box: commandBox, frame: commandFrame, 'focus-frame': commandFocusFrame,
  mark: commandMark, rest: commandRest, 'has-text': commandHasText, click: commandClick, hover: commandHover, drag: commandDrag,
  type: commandType, fill: commandFill, select: commandSelect, press: commandPress, scroll: commandScroll, 'focus-file': commandFocusFile, 'give-files': commandGiveFiles,
};

let cancelled = false;

// Where this frame stands: its index in its parent, and so on up.
const framePath = () => {
  const path = [];
  for (let at = window; at !== at.parent; at = at.parent) {
    let i = 0;
    while (i < at.parent.length && at.parent[i] !== at) i++;
    if (i === at.parent.length) return null;
    path.unshift(i);
  }
  return path;
};

const channel = webkit.messageHandlers.annexPage;
const documentId = crypto.getRandomValues(new Uint32Array(3)).join('-');
// The app asks a view for it, of this world, where it cannot tell who speaks.
globalThis.annexDocumentId = documentId;
// Of the document in the main frame, read from that document's own world, which no page can write to.
// Another site's keeps it to itself.
const topId = () => {
  try {
    const id = window.top.annexDocumentId;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
};
const send = (message) => channel.postMessage(JSON.stringify({id: documentId, ...message}));

const run = async ({seq, command, args, limit_ms: limit, frame, next}) => {
  references.frame = frame;
  references.next = Math.max(references.next, next);
  cancelled = false;
  let answer;
  try {
    if (!Object.hasOwn(commands, command)) throw new PageError('invalid', 'There is no such command.');
    answer = {result: (await commands[command](args ?? {}, performance.now() + limit)) ?? {}};
  } catch (error) {
    answer = error instanceof PageError ? {error: error.code, message: error.message}
      : {error: 'failed', message: `The page could not do it: ${shorten(String(error?.message ?? error), 200)}`};
  }
  try {
    await send({kind: 'done', seq, path: framePath(), next: references.next, ...answer});
  } catch { /* the frame is gone */ }
};

let serving = 0;
const serve = async () => {
  const turn = ++serving;
  let delay = 50;
  while (turn === serving) {
    try {
      const reply = await send({kind: 'poll', frame: references.frame, main: window === window.top, top: topId(), url: location.href});
      delay = 50;
      if (turn !== serving || typeof reply !== 'string' || reply === '') continue;
      const order = JSON.parse(reply);
      if (order.command === 'cancel') cancelled = true;
      else run(order);
    } catch {
      await sleep(delay);
      delay = Math.min(5000, delay * 2);
    }
  }
};

addEventListener('pagehide', () => { serving++; send({kind: 'bye'}).catch(() => {}); }, true);
addEventListener('pageshow', (event) => { if (event.persisted) serve(); }, true);
observeChanges();
serve();
