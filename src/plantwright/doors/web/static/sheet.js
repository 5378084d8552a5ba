// Tables that are edited as in a spreadsheet: blocks of cells, copy and paste, undo. What is done is told to the server
// as texts; it answers with the rows as they are then.
(() => {
  const sheets = {};
  // A cell as it is shown; what could not be read stands there as it was typed.
  const unread = (cell) => Boolean(cell.data?._faults?.[cell.colDef.field]);
  const day = (cell) => (unread(cell) ? cell.value : pwDay(cell.value ?? ''));
  const number = (cell, decimals = 0) => (unread(cell) ? cell.value : pwNumber(cell.value ?? '', decimals));
  const spelt = (cell) => (unread(cell) ? cell.value : pwSpelt(cell.value, cell.colDef.context?.kind));
  const size = (text) => (text.endsWith('s') ? parseFloat(text) / 60 : parseFloat(text));

  const spot = (sheet, params) => {
    const columns = sheet.api.getAllDisplayedColumns();
    return { row: params.rowIndex, column: columns.findIndex((one) => one === params.column || one.colId === params.column?.colId) };
  };
  const corners = (range) => ({
    top: Math.min(range.from.row, range.to.row), bottom: Math.max(range.from.row, range.to.row),
    left: Math.min(range.from.column, range.to.column), right: Math.max(range.from.column, range.to.column),
  });
  const paint = (sheet) => sheet.api.refreshCells({ force: true, suppressFlash: true });
  const tell = (name, what) => emitEvent('pw_sheet_' + name, what);
  const fields = (sheet) => sheet.api.getAllDisplayedColumns().map((one) => one.getColDef().field);

  function each(sheet, act) {
    const { top, bottom, left, right } = corners(sheet.range);
    const names = fields(sheet);
    for (let row = top; row <= bottom; row += 1) {
      const node = sheet.api.getDisplayedRowAtIndex(row);
      for (let column = left; node && column <= right; column += 1) if (names[column]) act(node, names[column], row, column);
    }
  }

  function copied(sheet) {
    const lines = [];
    each(sheet, (node, name, row) => {
      const cell = { data: node.data, value: node.data[name], colDef: sheet.api.getColumnDef(name) ?? {} };
      (lines[row] ??= []).push(String(spelt(cell) ?? '').replace(/[\t\n\r]+/g, ' '));
    });
    return lines.filter(Boolean).map((line) => line.join('\t')).join('\n');
  }

  function pasted(sheet, name, text) {
    const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n').map((line) => line.split('\t'));
    const { top, left } = corners(sheet.range);
    const names = fields(sheet);
    const cells = [], added = [];
    if (lines.length === 1 && lines[0].length === 1) {
      each(sheet, (node, column) => cells.push([node.data._id, column, lines[0][0]]));
    } else {
      lines.forEach((line, down) => {
        const node = sheet.api.getDisplayedRowAtIndex(top + down);
        const row = line.map((cell, right) => [names[left + right], cell]).filter((pair) => pair[0]);
        if (node) row.forEach(([column, cell]) => cells.push([node.data._id, column, cell]));
        else added.push(Object.fromEntries(row));
      });
    }
    tell(name, { kind: 'put', cells, added });
  }

  const typing = () => /INPUT|TEXTAREA|SELECT/.test(document.activeElement?.tagName ?? '');

  window.pwSheet = {
    dirty: {},
    day, number, spelt,
    order: (a, b) => {
      const [x, y] = [size(a ?? ''), size(b ?? '')];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return x - y;
    },
    matches: ({ filterText, value, colDef }) => {
      const wanted = filterText ?? '', texts = [String(value ?? ''), pwSpelt(String(value ?? ''), colDef?.context?.kind)];
      return texts.some((text) => (wanted.startsWith('=') ? text === wanted.slice(1).trim() : text.includes(wanted.trim())));
    },
    attach(params, name, place) {
      const sheet = (sheets[name] = { api: params.api, range: null });
      const root = document.getElementById(place);
      root.addEventListener('mousedown', (event) => { sheet.extends = event.shiftKey; }, true);
      root.addEventListener('copy', (event) => {
        if (typing() || !sheet.range) return;
        event.clipboardData.setData('text/plain', copied(sheet));
        event.preventDefault();
      });
      root.addEventListener('paste', (event) => {
        if (typing() || !sheet.range) return;
        event.preventDefault();
        pasted(sheet, name, event.clipboardData.getData('text/plain'));
      });
    },
    focused(params, name) {
      const sheet = sheets[name];
      if (!sheet || params.rowIndex == null || !params.column) return;
      const here = spot(sheet, params);
      const wide = sheet.range && (sheet.range.from.row !== sheet.range.to.row || sheet.range.from.column !== sheet.range.to.column);
      sheet.range = { from: sheet.extends && sheet.range ? sheet.range.from : here, to: here };
      if (wide || sheet.extends) paint(sheet);
      sheet.extends = false;
    },
    over(params, name) {
      const sheet = sheets[name];
      if (params.event?.buttons !== 1 || !sheet?.range) return;
      const here = spot(sheet, params);
      if (here.column < 0 || (here.row === sheet.range.to.row && here.column === sheet.range.to.column)) return;
      sheet.range.to = here;
      paint(sheet);
    },
    chosen(params, name) {
      const sheet = sheets[name];
      if (!sheet?.range) return false;
      const { top, bottom, left, right } = corners(sheet.range);
      if (top === bottom && left === right) return false;
      const here = spot(sheet, { rowIndex: params.node.rowIndex, column: params.column });
      return here.row >= top && here.row <= bottom && here.column >= left && here.column <= right;
    },
    key(params, name) {
      const sheet = sheets[name], event = params.event;
      if (params.editing || !sheet?.range) return false;
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const control = event.ctrlKey || event.metaKey;
      if (event.shiftKey && steps[event.key]) {
        const to = { row: sheet.range.to.row + steps[event.key][0], column: sheet.range.to.column + steps[event.key][1] };
        if (sheet.api.getDisplayedRowAtIndex(to.row) && sheet.api.getAllDisplayedColumns()[to.column]) sheet.range.to = to;
        event.preventDefault();
        paint(sheet);
        return true;
      }
      if (control && event.key === 'z') { event.preventDefault(); tell(name, { kind: 'undo' }); return true; }
      if (control && event.key === 's') { event.preventDefault(); tell(name, { kind: 'save' }); return true; }
      if (control && 'cvCV'.includes(event.key)) return true;
      if (event.key === 'Delete' || event.key === 'Backspace') {
        const cells = [];
        each(sheet, (node, column) => cells.push([node.data._id, column, '']));
        tell(name, { kind: 'put', cells, added: [] });
        return true;
      }
      return false;
    },
    options(id, pairs) {
      const list = document.getElementById(id);
      if (!list) return;
      list.replaceChildren(...pairs.map(([code, label]) => {
        const option = document.createElement('option');
        option.value = code;
        option.label = label ? `${code} · ${label}` : code;
        return option;
      }));
    },
    Ref: class {
      init(params) {
        this.gui = document.createElement('div');
        this.gui.className = 'pw-cell-editor';
        this.input = document.createElement('input');
        this.input.value = params.eventKey?.length === 1 ? params.eventKey : params.value ?? '';
        this.typed = params.eventKey?.length === 1;
        this.list = document.createElement('datalist');
        this.list.id = 'pw-list-' + Math.random().toString(36).slice(2);
        this.input.setAttribute('list', this.list.id);
        this.input.setAttribute('aria-label', params.colDef.headerName);
        const ask = () => emitEvent('pw_sheet_' + params.sheet, { kind: 'complete', target: params.target, text: this.input.value, list: this.list.id });
        this.input.addEventListener('input', () => { clearTimeout(this.timer); this.timer = setTimeout(ask, 120); });
        this.gui.append(this.input, this.list);
        ask();
      }
      getGui() { return this.gui; }
      afterGuiAttached() { this.input.focus(); if (!this.typed) this.input.select(); }
      getValue() { return this.input.value; }
      destroy() { clearTimeout(this.timer); }
    },
  };
  window.addEventListener('beforeunload', (event) => { if (Object.values(window.pwSheet.dirty).some(Boolean)) event.preventDefault(); });
})();
