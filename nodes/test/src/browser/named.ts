/** For `page.evaluate`: every control on the page that a screen reader could not name, every id that is there twice, every reference to an id that is not there. Through all shadow roots. */
export const nameless = `(() => {
  const found = [];
  const say = (e, what) => found.push(what + ': ' + e.outerHTML.slice(0, 160));
  const one = (n) => n.nodeType === 3 ? n.textContent : n.nodeType !== 1 || n.getAttribute('aria-hidden') === 'true' ? '' : n.localName === 'slot' ? n.assignedNodes().map(one).join('') : n.getAttribute('aria-label') || n.getAttribute('alt') || (n.localName === 'wa-icon' && n.getAttribute('label')) || text(n);
  const text = (e) => [...e.childNodes].map(one).join('');
  const nameOf = (e, root) => {
    const by = (e.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean).map((id) => root.querySelector('#' + CSS.escape(id))?.textContent ?? '').join(' ');
    const label = e.id ? root.querySelector('label[for="' + CSS.escape(e.id) + '"]') : null;
    const host = root.host;
    return (e.getAttribute('aria-label') || by || (label && text(label)) || (e.closest('label') && text(e.closest('label'))) || e.getAttribute('title') || e.getAttribute('alt') || text(e) || (host && host.localName.startsWith('wa-') ? host.getAttribute('aria-label') || host.getAttribute('label') || host.textContent : '') || '').trim();
  };
  const walk = (root) => {
    const ids = new Map();
    for (const e of root.querySelectorAll('*')) {
      if (e.id) { if (ids.has(e.id) && !root.host?.localName.startsWith('wa-')) say(e, 'id twice'); ids.set(e.id, e); }
      if (e.matches('button, a[href], input:not([type=hidden]), select, textarea, [role=button], summary, dialog, [role=dialog]') && e.checkVisibility?.({ visibilityProperty: true }) && !nameOf(e, root)) say(e, 'no name');
      for (const id of (e.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean)) if (!root.querySelector('#' + CSS.escape(id))) say(e, 'describes with what is not there');
      if (e.shadowRoot) walk(e.shadowRoot);
    }
  };
  walk(document);
  return found;
})()`;
