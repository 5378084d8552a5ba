// Paper. A table that scrolls on the screen is written out whole, its head again on each sheet; each sheet says at its top
// what plant and which plan it shows, and when it was printed.
(() => {
  const WIDE = 9;
  const made = (tag, text, parent, className = '') => { const one = Object.assign(document.createElement(tag), { textContent: text, className }); parent?.append(one); return one; };
  const quoted = (text) => `"${text.replace(/[^\p{L}\p{N} .,:;()/·+-]/gu, (one) => `\\${one.codePointAt(0).toString(16)} `)}"`;
  let style = null;

  function written(grid) {
    const api = getElement(+grid.id.slice(1))?.api;
    if (!api?.getAllDisplayedColumns) return;
    const first = api.getDisplayedRowAtIndex(0);
    const columns = api.getAllDisplayedColumns().filter((one) => !one.getColId().startsWith('ag-Grid') && !Array.isArray(first?.data?.[one.getColId()]));
    const numbers = columns.map((one) => String(one.getColDef().headerClass ?? '').includes('pw-num') ? 'pw-num' : '');
    const table = made('table', '', null, columns.length > WIDE ? 'pw-paper wide' : 'pw-paper');
    const head = made('tr', '', made('thead', '', table)), body = made('tbody', '', table), lines = [];
    api.forEachNodeAfterFilterAndSort((node) => lines.push(columns.map((one) => String(api.getCellValue({ rowNode: node, colKey: one, useFormatter: true }) ?? ''))));
    // Codes and dates are not parted at their hyphens and blanks; only long texts wrap.
    const short = columns.map((one, place) => (lines.every((line) => line[place].length <= 20) ? ' pw-short' : ''));
    columns.forEach((one, place) => made('th', api.getDisplayNameForColumn(one, 'header'), head, numbers[place]));
    for (const line of lines) { const row = made('tr', '', body); line.forEach((text, place) => made('td', text, row, numbers[place] + short[place])); }
    grid.after(table);
  }

  function heads() {
    const language = document.documentElement.lang || 'en', text = (one) => document.querySelector(one)?.textContent.trim() ?? '';
    const scenario = document.querySelector('.pw-top select')?.value ?? '', when = new Date().toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
    const plan = /^\D*\d+/.exec(text('#pw-state'))?.[0] ?? '';
    style ??= document.head.appendChild(document.createElement('style'));
    const margins = `margin: 15mm 11mm 13mm; @top-left { content: ${quoted([text('.pw-mark span'), scenario, plan].filter(Boolean).join(' · '))}; font: 8.5pt sans-serif; }
      @top-right { content: ${quoted(when)}; font: 8.5pt sans-serif; } @bottom-left { content: ${quoted(text('.pw-main h1'))}; font: 8.5pt sans-serif; }
      @bottom-right { content: counter(page) " / " counter(pages); font: 8.5pt sans-serif; }`;
    const lying = document.querySelector('.pw-gantt, .pw-paper.wide') ? 'size: landscape;' : '';
    style.textContent = `@page { ${lying} ${margins} }`;
  }

  const clear = () => document.querySelectorAll('.pw-paper').forEach((one) => one.remove());
  window.addEventListener('beforeprint', () => { clear(); document.querySelectorAll('.nicegui-aggrid').forEach(written); heads(); });
  window.addEventListener('afterprint', clear);
})();
