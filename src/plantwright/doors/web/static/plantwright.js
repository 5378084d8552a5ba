// Small helpers of the page. Values come from the server as text; nothing here makes HTML of them.
window.pwLink = (value, opens, kept, cell) => {
  const text = value ?? '';
  if (!text) return '';
  const set = cell?.tree ? '\u00a0'.repeat(4 * ((cell.data?.level || 1) - 1)) : '';
  if (cell?.tree && text === 'stock') return set + text;
  const link = document.createElement('a');
  const [path, own] = opens.split('?');
  const query = [own && own.replace('{}', encodeURIComponent(text)), kept.split('?')[1]].filter(Boolean).join('&');
  link.href = path.replace('{}', encodeURIComponent(text)) + (query ? '?' + query : '');
  link.textContent = text;
  if (!set) return link;
  const line = document.createElement('span');
  line.append(set, link);
  return line;
};
// A small line of figures; what is below zero is red, and the zero line is drawn where it is crossed.
window.pwSpark = (values) => {
  const wide = 116, high = 20, name = 'http://www.w3.org/2000/svg', svg = document.createElementNS(name, 'svg');
  svg.setAttribute('viewBox', `0 0 ${wide} ${high}`); svg.setAttribute('class', 'pw-spark'); svg.setAttribute('width', wide); svg.setAttribute('height', high);
  const least = Math.min(0, ...values), most = Math.max(0, ...values, least + 1e-9), step = wide / Math.max(values.length, 1);
  const y = (value) => (most - value) / (most - least) * (high - 2) + 1;
  values.forEach((value, place) => {
    const bar = document.createElementNS(name, 'rect'), top = Math.min(y(value), y(0));
    for (const [key, set] of [['x', place * step], ['y', top], ['width', Math.max(step - 1, 1)], ['height', Math.max(Math.abs(y(value) - y(0)), 0.8)]]) bar.setAttribute(key, set);
    bar.style.fill = value < 0 ? 'var(--late)' : 'var(--accent)';
    svg.append(bar);
  });
  return svg;
};
document.addEventListener('keydown', (event) => {
  const typing = /INPUT|TEXTAREA|SELECT/.test(document.activeElement?.tagName ?? '') || document.activeElement?.isContentEditable;
  if (event.key === '/' && !typing) { event.preventDefault(); document.getElementById('pw-search')?.focus(); }
});
// How the columns of a table stand, told a moment after a person has moved or drawn one; not what the program does to them.
window.pwColumns = {
  later: {},
  told(id, source, emit) {
    if (!/^(ui|autosize)/.test(source ?? '')) return;
    clearTimeout(this.later[id]);
    this.later[id] = setTimeout(() => {
      const state = getElement(id)?.api?.getColumnState() ?? [];
      emit(JSON.stringify(state.map(({ colId, hide, width, flex }) => ({ id: colId, hide: !!hide, width: flex ? null : width }))));
    }, 150);
  },
  on(place, at, by) { setTimeout(() => {
    const buttons = [...document.getElementById(place)?.children[at]?.querySelectorAll('button') ?? []];
    (by < 0 ? buttons : buttons.reverse()).find((one) => !one.disabled)?.focus();
  }, 50); },
};
// A page behind others need not follow the plant; it is told when it can be seen again.
document.addEventListener('visibilitychange', () => window.emitEvent?.('pw-seen', document.visibilityState === 'hidden'));
