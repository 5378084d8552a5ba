// Keys of the page. What they do stands in `pwKeys`, which the server writes in the words of the reader.
(() => {
  const typing = () => /INPUT|TEXTAREA|SELECT/.test(document.activeElement?.tagName ?? '') || document.activeElement?.isContentEditable;
  let going = 0;

  const made = (tag, text, parent, more = {}) => { const one = Object.assign(document.createElement(tag), { textContent: text, ...more }); parent?.append(one); return one; };
  const listed = (parent, title, pairs) => {
    const part = made('section', '', parent);
    made('h2', title, part);
    const list = made('dl', '', part);
    for (const [key, what] of pairs) { const term = made('dt', '', list); made('kbd', key, term); made('dd', what, list); }
  };
  function help() {
    document.querySelector('dialog.pw-keys')?.remove();
    const dialog = made('dialog', '', document.body, { className: 'pw-keys' }), head = made('div', '', dialog, { className: 'pw-head' });
    dialog.setAttribute('aria-label', pwKeys.title);
    made('h1', pwKeys.title, head);
    const close = made('button', pwKeys.close, head, { className: 'pw-btn', type: 'button', onclick: () => dialog.close() });
    const parts = made('div', '', dialog, { className: 'pw-keys-parts' });
    for (const [title, pairs] of pwKeys.lists) listed(parts, title, pairs);
    listed(parts, pwKeys.goes, pwKeys.go.map(([letter, label]) => [letter.toUpperCase(), label]));
    dialog.addEventListener('close', () => dialog.remove());
    dialog.showModal();
    close.focus();
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = document.activeElement, cell = at?.closest?.('.ag-cell');
    // Enter opens what a click on the cell opens; cells that are edited have their own Enter.
    if (event.key === 'Enter' && cell === at && cell && !cell.closest('.pw-edit')) { (cell.querySelector('a, button') ?? cell).click(); return; }
    if (typing() || document.querySelector('dialog[open]')) return;
    if (going && Date.now() - going < 1500) {
      going = 0;
      const found = pwKeys.go.find(([letter]) => letter === event.key.toLowerCase());
      if (found) { event.preventDefault(); event.stopPropagation(); location.href = found[2]; }
      return;
    }
    if (event.key === 'g') going = Date.now();
    else if (event.key === '?') { event.preventDefault(); help(); }
  }, true);

  // A drawer takes the focus when it opens, and gives it back when it closes.
  const before = new Map();
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const one of change.addedNodes) if (one.classList?.contains('pw-drawer')) { before.set(one, document.activeElement); one.querySelector('button, a, input')?.focus(); }
      for (const one of change.removedNodes) if (before.has(one)) { const back = before.get(one); before.delete(one); if (back?.isConnected && document.activeElement === document.body) back.focus(); }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
