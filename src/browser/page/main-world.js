// main-world.js: runs in the page's own world, before its scripts. Learns what a page does not write
// down in its tree: which elements listen for clicks, and closed shadow roots. It answers a question
// of the isolated world by events of a name the page does not know, and changes no attribute.
// SPDX-License-Identifier: GPL-3.0-or-later
(() => {
  const secret = 'SECRET';
  const kinds = new Set(['click', 'dblclick', 'mousedown', 'mouseup', 'pointerdown', 'pointerup', 'touchstart', 'touchend', 'contextmenu']);
  const define = Object.defineProperty, describe = Object.getOwnPropertyDescriptor, apply = Reflect.apply;
  const dispatch = EventTarget.prototype.dispatchEvent, listen = EventTarget.prototype.addEventListener;
  const connected = describe(Node.prototype, 'isConnected').get;
  const firstInside = describe(Node.prototype, 'firstChild').get, after = describe(Node.prototype, 'nextSibling').get, above = describe(Node.prototype, 'parentNode').get;
  const SecretEvent = Event, Ref = WeakRef, keysOf = Object.keys, ElementType = Element;
  let waiting = [];
  const known = new WeakSet();
  const remember = (target) => {
    if (!(target instanceof ElementType) || known.has(target)) return;
    known.add(target);
    waiting[waiting.length] = new Ref(target);
  };
  const tell = (element, what) => apply(dispatch, element, [new SecretEvent(secret + what, {composed: true})]);

  const proxied = (object, name, handler) => {
    const own = describe(object, name);
    if (own && typeof own.value === 'function') define(object, name, {...own, value: new Proxy(own.value, {apply: handler})});
  };
  proxied(EventTarget.prototype, 'addEventListener', (call, self, args) => {
    if (kinds.has(args[0])) remember(self);
    return apply(call, self, args);
  });
  for (const kind of ['onclick', 'ondblclick', 'onmousedown', 'onpointerdown', 'ontouchstart']) {
    const own = describe(HTMLElement.prototype, kind) ?? null;
    if (!own || !own.set) continue;
    define(HTMLElement.prototype, kind, {...own, set: new Proxy(own.set, {apply (call, self, args) {
      if (args[0]) remember(self);
      return apply(call, self, args);
    }})});
  }

  // Closed roots are really open, and look closed to the page.
  proxied(Element.prototype, 'attachShadow', (call, self, args) => {
    const options = args[0];
    if (!options || String(options.mode) !== 'closed') return apply(call, self, args);
    const root = apply(call, self, [{...options, mode: 'open'}]);
    define(self, 'shadowRoot', {value: null, configurable: true});
    define(root, 'mode', {value: 'closed', configurable: true});
    return root;
  });

  // Capturing a pointer that no hardware moves fails; what wanted it then gets the moves by itself.
  proxied(Element.prototype, 'setPointerCapture', (call, self, args) => {
    try { return apply(call, self, args); } catch (error) {
      if (error.name !== 'NotFoundError' || args[0] !== 1) throw error;
      tell(self, '-capture');
    }
  });
  proxied(Element.prototype, 'releasePointerCapture', (call, self, args) => {
    try { return apply(call, self, args); } catch (error) { if (args[0] !== 1) throw error; tell(self, '-release'); }
  });

  // What frameworks keep on a node instead of a listener of its own.
  const handles = (props) => props && (props.onClick || props.onMouseDown || props.onPointerDown || props.onMouseUp || props.onPointerUp);
  // Step by step: a list of all nodes would hold them, and their document, long after the page is gone.
  const nextNode = (node) => {
    const inner = apply(firstInside, node, []);
    if (inner) return inner;
    for (let at = node; at; at = apply(above, at, [])) {
      const next = apply(after, at, []);
      if (next) return next;
    }
    return null;
  };
  const scanFrameworks = () => {
    let key = null, count = 0;
    for (let at = nextNode(document); at && count < 900 && !key; at = nextNode(at), count++) {
      for (const name of keysOf(at)) if (name.slice(0, 12) === '__reactProps' || name === '_vei') { key = name; break; }
    }
    for (let at = key ? nextNode(document) : null; at; at = nextNode(at)) if (handles(at[key])) remember(at);
  };

  apply(listen, window, [secret + '-ask', () => {
    scanFrameworks();
    const later = [];
    const now = waiting;
    waiting = [];
    for (let i = 0; i < now.length; i++) {
      const element = now[i].deref();
      if (!element) continue;
      if (apply(connected, element, [])) tell(element, '-has');
      else later[later.length] = now[i];
    }
    waiting = later.concat(waiting);
  }, true]);
})();
