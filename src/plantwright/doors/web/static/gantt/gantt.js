// The schedule on a canvas: this part listens to pointer and keyboard; `paint.js` draws, `model.js` knows the bars.
import { AXIS, BAR, Clock, clockText, colours, dayText, labelWidth, lengthText, Model, Painter, above } from 'plantwright-gantt';

const SPANS = { shift: 600, day: 1800, week: 7.5 * 1440, month: 32 * 1440 };
const MAP = 30, FOOT = 96, PAN = 0.2, SHEET = 520;

export default {
  template: `
    <div class="pw-gantt">
      <canvas ref="canvas" tabindex="0" role="application" aria-describedby="pw-gantt-keys"></canvas>
      <div ref="card" class="pw-gantt-card" hidden></div>
      <div ref="said" class="pw-gantt-said" aria-live="polite"></div>
      <div ref="wait" class="pw-gantt-wait">Loading the schedule</div>
    </div>`,
  props: { label: String, zoom: String, group: String, colour: String, movable: Boolean },

  mounted() {
    const { canvas } = this.$refs;
    canvas.setAttribute('aria-label', this.label);
    this.painter = new Painter(canvas);
    this.view = { left: 0, scale: 0.1, top: 0, group: this.group, histogram: -1, chosen: -1, hover: -1, chain: null, drag: null, before: null };
    this.by = this.colour;
    this.preset = this.zoom;
    this.listen(canvas);
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(this.$el);
    this.themed = new MutationObserver(() => { this.painter.readTheme(); this.recolour(); });
    this.themed.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    setTimeout(() => this.$emit('ready'), 0);
  },
  unmounted() {
    this.sized.disconnect();
    this.themed.disconnect();
    this.off.forEach((stop) => stop());
    cancelAnimationFrame(this.frame);
  },

  methods: {
    // --- what the server says -------------------------------------------------------------------------------------
    load(text, keep = false) {
      this.settled = JSON.parse(text);
      this.shown(this.settled, keep);
    },
    back() { this.shown(this.settled, true); },
    shown(data, keep) {
      const { view } = this, chosen = this.key(view.chosen);
      this.model = view.model = new Model(data);
      view.clock = new Clock(data.zone);
      view.before = null;
      this.regroup(view.group);
      this.recolour();
      this.pickMap();
      view.histogram = data.center ? this.model.centers.findIndex((one) => one.code === data.center) : keep ? Math.min(view.histogram, this.model.centers.length - 1) : -1;
      this.$refs.wait.hidden = true;
      this.resize();
      if (!keep) { this.zoomTo(this.preset); if (data.order && this.model.place.has(data.order)) this.choose(this.model.opsOf(this.model.place.get(data.order))[0]); }
      else if (chosen) this.choose(this.find(chosen), true);
    },
    // Shows a tried schedule over the present one; `back` brings that one back.
    preview(text) {
      this.back();
      const was = this.model, { group } = this.view, old = new Map();
      for (let op = 0; op < was.count; op++) old.set(this.key(op), op);
      this.shown(JSON.parse(text), true);
      const moved = new Uint8Array(this.model.count), rows = new Map(), { layout } = this.view;
      for (let op = 0; op < this.model.count; op++) {
        const from = old.get(this.key(op));
        if (from === undefined) { moved[op] = 1; continue; }
        const same = Math.abs(was.start[from] - this.model.start[op]) < 5 && was.finish[from] - this.model.finish[op] < 5;
        const center = was.centers[was.center(from)].code, place = this.model.centers[this.model.center(op)].code;
        if (same && center === place) continue;
        moved[op] = 1;
        const unit = was.data.rows.unit[was.row[from]];
        const row = group === 'order' ? layout.rows[layout.rowOf[op]] : layout.rows.find((one) => one.kind === 'unit' && one.unit === unit && this.model.centers[one.center].code === center);
        if (row) rows.set(row, [...(rows.get(row) ?? []), [was.start[from], was.finish[from]]]);
      }
      this.view.before = { moved, rows };
      this.ask();
    },
    setGroup(group) { this.regroup(group); this.view.top = 0; this.address('group', group === 'center' ? '' : group); this.ask(); },
    setColour(by) { this.by = by; this.recolour(); this.address('colour', by === 'order' ? '' : by); },
    zoomTo(preset) {
      const { view, model } = this;
      if (!model) return;
      const [first, last] = model.data.span, minutes = SPANS[preset] ?? last - first;
      const room = Math.max(200, view.width - view.label), seen = room / view.scale;
      // What is looked at keeps its place: the chosen bar, else the plan's moment, else the left edge.
      const marks = [view.chosen >= 0 ? model.start[view.chosen] : NaN, model.data.asOf];
      const mark = marks.find((one) => one >= view.left && one <= view.left + seen) ?? view.left;
      const share = (mark - view.left) / seen;
      view.scale = room / minutes;
      view.left = preset === 'all' ? first : this.zoomed ? mark - share * minutes : model.data.asOf - minutes * 0.06;
      this.zoomed = true;
      this.preset = preset;
      this.address('zoom', preset === 'week' ? '' : preset);
      this.bound();
      this.ask();
    },
    show(order) { const place = this.model.place.get(order); if (place !== undefined && this.model.opsOf(place).length) this.choose(this.model.opsOf(place)[0], true, true); },

    // --- layout ---------------------------------------------------------------------------------------------------
    resize() {
      const { view } = this, { canvas } = this.$refs, box = this.$el.getBoundingClientRect(), ratio = this.painter.ratio;
      if (!box.width) return;
      Object.assign(view, { width: box.width, height: box.height, label: labelWidth(box.width), foot: view.histogram >= 0 ? FOOT : 0 });
      view.body = view.height - AXIS - view.foot - MAP;
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
      if (view.map) Object.assign(view.map, { top: view.height - MAP, height: MAP });
      this.bound();
      this.ask();
    },
    regroup(group) { this.view.group = group; if (this.model) { this.view.layout = this.model.layout(group); this.view.before = null; this.bound(); } },
    recolour() { if (this.model) { this.view.colours = colours(this.model, this.by, this.painter.dark); this.ask(); } },
    pickMap() {
      const [first, last] = this.model.data.span, counts = new Float64Array(160), size = (last - first) / counts.length;
      for (let op = 0; op < this.model.count; op++) counts[Math.min(159, Math.floor((this.model.start[op] - first) / size))] += 1;
      this.view.map = { counts: [...counts], most: Math.max(1, ...counts), top: this.view.height - MAP, height: MAP };
    },
    bound() {
      const { view, model } = this;
      if (!model || !view.width) return;
      const [first, last] = model.data.span, room = view.width - view.label;
      view.scale = Math.min(6, Math.max(room / (last - first) / 1.1, view.scale));
      const seen = room / view.scale;
      view.left = Math.min(Math.max(view.left, first - seen * 0.1), Math.max(first, last - seen * 0.9));
      view.top = Math.max(0, Math.min(view.top, view.layout.height - view.body));
    },
    ask() {
      if (this.frame || !this.model || !this.view.width) return;
      this.frame = requestAnimationFrame(() => { this.frame = 0; const at = performance.now(); this.painter.draw(this.view); this.spent = performance.now() - at; });
    },
    address(name, value) {
      const url = new URL(location.href);
      value ? url.searchParams.set(name, value) : url.searchParams.delete(name);
      history.replaceState(history.state, '', url);
    },

    // --- choosing -------------------------------------------------------------------------------------------------
    key(op) { return op >= 0 && this.model ? `${this.model.orderName(this.model.order[op])}|${this.model.seq[op]}` : ''; },
    find(key) { for (let op = 0; op < this.model.count; op++) if (this.key(op) === key) return op; return -1; },
    choose(op, quiet = false, seek = false) {
      const { view, model } = this;
      view.chosen = op ?? -1;
      view.chain = view.chosen >= 0 ? model.chain(model.order[op]) : null;
      if (view.chosen >= 0) {
        this.$refs.said.textContent = this.lines(op).join('. ');
        if (seek) this.seek(op);
        if (!quiet) this.$emit('chosen', { order: model.orderName(model.order[op]), sequence: model.seq[op] });
      }
      this.ask();
    },
    seek(op) {
      const { view, model } = this, room = (view.width - view.label) / view.scale, row = view.layout.rows[view.layout.rowOf[op]];
      if (model.start[op] < view.left || model.start[op] > view.left + room * 0.9) view.left = model.start[op] - room * 0.2;
      if (row.top < view.top || row.top + row.height > view.top + view.body) view.top = row.top - view.body / 2;
      this.bound();
    },
    rowAt(y) {
      const { view } = this, at = y - AXIS + view.top;
      return y < AXIS || y >= AXIS + view.body ? -1 : view.layout.rows.findIndex((row) => row.top <= at && at < row.top + row.height);
    },
    opAt(x, y) {
      const { view, model } = this, row = view.layout.rows[this.rowAt(y)];
      if (!row || x < view.label) return -1;
      const moment = this.momentAt(x), slack = 2 / view.scale;
      let found = -1;
      for (let place = above(row.until, moment - slack); place < row.ops.length && model.start[row.ops[place]] <= moment + slack; place++) if (model.finish[row.ops[place]] >= moment - slack) found = row.ops[place];
      return found;
    },
    momentAt(x) { return this.view.left + (x - this.view.label) / this.view.scale; },

    // --- pointer and keyboard -------------------------------------------------------------------------------------
    listen(canvas) {
      this.off = [];
      const on = (target, name, act, options) => { target.addEventListener(name, act, options); this.off.push(() => target.removeEventListener(name, act, options)); };
      on(canvas, 'wheel', (event) => this.wheel(event), { passive: false });
      on(canvas, 'pointerdown', (event) => this.press(event));
      on(canvas, 'pointermove', (event) => this.move(event));
      on(canvas, 'pointerup', (event) => this.release(event));
      on(canvas, 'pointercancel', () => this.cancel());
      on(canvas, 'pointerleave', () => { if (!this.held) this.hover(-1); });
      on(canvas, 'dblclick', (event) => this.open(this.opAt(event.offsetX, event.offsetY)));
      on(canvas, 'keydown', (event) => this.type(event));
      on(window, 'beforeprint', () => this.forPrint(true));
      on(window, 'afterprint', () => this.forPrint(false));
    },
    wheel(event) {
      if (!this.model) return;
      event.preventDefault();
      const { view } = this;
      if (event.ctrlKey || event.metaKey || !(event.shiftKey || event.deltaX || event.offsetX < view.label)) {
        const moment = this.momentAt(event.offsetX);
        view.scale *= Math.exp(-event.deltaY * 0.0016);
        this.bound();
        view.left = moment - (event.offsetX - view.label) / view.scale;
      } else if (event.offsetX < view.label) view.top += event.deltaY;
      else view.left += (event.deltaX || event.deltaY) / view.scale;
      this.bound();
      this.ask();
    },
    press(event) {
      if (!this.model || event.button > 1) return;
      const { view, model } = this, { offsetX: x, offsetY: y } = event;
      this.$refs.canvas.setPointerCapture(event.pointerId);
      const bar = x > view.width - BAR && y > AXIS && y < AXIS + view.body && view.layout.height > view.body;
      if (bar) { this.held = { bar }; this.toRow(y); return; }
      const op = event.button === 0 ? this.opAt(x, y) : -1;
      const movable = op >= 0 && this.mayMove(op);
      this.held = { x, y, left: view.left, top: view.top, op, movable, map: y > view.height - MAP, began: false };
      if (this.held.map) this.toMap(x);
    },
    move(event) {
      const { held, view } = this, { offsetX: x, offsetY: y } = event;
      if (!this.model) return;
      if (!held) { this.hover(this.opAt(x, y), event); return; }
      if (held.bar) { this.toRow(y); return; }
      if (held.map) { this.toMap(x); return; }
      if (!held.began && Math.hypot(x - held.x, y - held.y) < 4) return;
      held.began = true;
      this.hover(-1);
      if (held.movable) this.dragTo(x, y);
      else { view.left = held.left - (x - held.x) / view.scale; view.top = held.top - (y - held.y); this.bound(); this.ask(); }
    },
    release() {
      const { held, view, model } = this;
      this.held = null;
      if (!held || !model) return;
      if (view.drag) this.drop();
      else if (!held.began && !held.map && !held.bar) {
        const row = view.layout.rows[this.rowAt(held.y)];
        if (held.x < view.label && row?.kind === 'center') { view.histogram = view.histogram === row.center ? -1 : row.center; this.resize(); }
        else if (held.x < view.label && row?.kind === 'order') this.choose(row.ops[0]);
        else this.choose(held.op);
      }
    },
    cancel() { this.held = null; this.view.drag = null; this.ask(); },
    toMap(x) {
      const { view, model } = this, room = view.width - view.label, [first, last] = model.data.span;
      view.left = first + ((x - view.label) / room) * (last - first) - room / view.scale / 2;
      this.bound();
      this.ask();
    },
    toRow(y) {
      const { view } = this;
      view.top = ((y - AXIS) / view.body) * view.layout.height - view.body / 2;
      this.bound();
      this.ask();
    },
    dragTo(x, y) {
      const { held, view, model } = this, { op } = held, snap = this.snap();
      const allowed = new Set(view.group === 'order' ? [] : model.centersOf(op)), at = this.rowAt(y), row = view.layout.rows[at];
      const home = view.layout.rowOf[op], there = row?.kind === 'unit' && allowed.has(row.center);
      const wanted = model.start[op] + (x - held.x) / view.scale, wall = Math.round(view.clock.local(wanted) / snap) * snap;
      view.drag = { op, allowed, start: Math.max(model.data.asOf, view.clock.utc(wall)), rowAt: there ? at : home };
      this.ask();
    },
    drop() {
      const { view, model } = this, { op, start, rowAt } = view.drag, row = view.layout.rows[rowAt];
      const center = row.kind === 'unit' ? row.center : model.center(op);
      view.drag = null;
      this.choose(op, true);
      if (center !== model.center(op) || Math.abs(start - model.start[op]) >= 1) this.$emit('moved', { order: model.orderName(model.order[op]), sequence: model.seq[op], start, center: model.centers[center].code });
    },
    open(op) { if (op >= 0) this.$emit('opened', { order: this.model.orderName(this.model.order[op]), sequence: this.model.seq[op] }); },
    type(event) {
      const { view, model } = this;
      if (!model) return;
      const step = ((view.width - view.label) / view.scale) * PAN;
      const zoom = (factor) => { const middle = view.left + step / PAN / 2; view.scale *= factor; this.bound(); view.left = middle - (view.width - view.label) / view.scale / 2; };
      const by = (across, down, pan) => () => (!event.shiftKey && this.shift(across, down) ? 0 : pan());
      const acts = {
        ArrowLeft: by(-1, 0, () => (view.left -= step)), ArrowRight: by(1, 0, () => (view.left += step)),
        ArrowUp: by(0, -1, () => (view.top -= 66)), ArrowDown: by(0, 1, () => (view.top += 66)),
        PageUp: () => (view.top -= view.body), PageDown: () => (view.top += view.body),
        '+': () => zoom(1.5), '=': () => zoom(1.5), '-': () => zoom(1 / 1.5),
        Home: () => (view.left = model.data.asOf - step * 0.3), End: () => (view.left = model.data.span[1]),
        n: () => this.next(1), p: () => this.next(-1), Enter: () => this.enter(),
        Escape: () => (view.drag ? this.cancel() : view.before ? this.$emit('discarded') : this.choose(-1)),
      };
      if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      acts[event.key]();
      this.bound();
      this.ask();
    },
    // Moves the chosen operation by keys as the pointer would: across by a step that is seen, down to the next machine that may do it.
    shift(across, down) {
      const { view, model } = this, op = view.chosen;
      if (op < 0 || !this.mayMove(op)) return false;
      const { rows, rowOf } = view.layout, allowed = new Set(view.group === 'order' ? [] : model.centersOf(op)), snap = this.snap();
      const drag = view.drag ?? { op, allowed, start: model.start[op], rowAt: rowOf[op] };
      let rowAt = drag.rowAt;
      if (down) for (let at = rowAt + down; rows[at]; at += down) if (rows[at].kind === 'unit' && allowed.has(rows[at].center)) { rowAt = at; break; }
      const wall = Math.round(view.clock.local(drag.start) / snap) * snap + across * snap;
      view.drag = { ...drag, rowAt, start: across ? Math.max(model.data.asOf, view.clock.utc(wall)) : drag.start };
      const x = view.label + (view.drag.start - view.left) * view.scale, row = rows[rowAt];
      if (x < view.label || x > view.width - 60) view.left = view.drag.start - ((view.width - view.label) / view.scale) * 0.3;
      if (row.top < view.top || row.top + row.height > view.top + view.body) view.top = row.top - view.body / 2;
      const local = view.clock.local(view.drag.start);
      this.$refs.said.textContent = `${dayText(local)} ${clockText(local)}${row.kind === 'unit' ? `, ${model.centers[row.center].code} ${row.label}` : ''}`;
      return true;
    },
    mayMove(op) { const { view, model } = this; return this.movable && !view.before && model.stateOf(op) !== 'started' && model.centers[model.center(op)].own; },
    snap() { return [1, 5, 15, 30, 60].find((step) => step * this.view.scale >= 4) ?? 60; },
    enter() {
      const { view } = this;
      if (view.drag) this.drop();
      else if (view.before) document.querySelector('.pw-preview .pw-acts .pw-btn:last-of-type')?.focus();
      else this.open(view.chosen);
    },
    // The operation beside the chosen one in its row, or the first in sight.
    next(way) {
      const { view } = this, row = view.layout.rows[view.layout.rowOf[view.chosen]];
      if (view.chosen < 0) { const first = this.painter.inSight(view).find((one) => one.ops.length); if (first) this.choose(first.ops[Math.min(first.ops.length - 1, above(first.until, view.left))], false, true); return; }
      const place = row.ops.indexOf(view.chosen) + way;
      if (row.ops[place] !== undefined) { this.choose(row.ops[place], false, true); return; }
      const rows = view.layout.rows, from = rows.indexOf(row);
      for (let at = from + way; rows[at]; at += way) if (rows[at].ops.length) { this.choose(rows[at].ops[way > 0 ? 0 : rows[at].ops.length - 1], false, true); return; }
    },

    // --- the card -------------------------------------------------------------------------------------------------
    hover(op, event) {
      const { card, canvas } = this.$refs, { view } = this;
      canvas.style.cursor = op >= 0 ? 'pointer' : '';
      if (op !== view.hover) {
        view.hover = op;
        this.ask();
        card.hidden = op < 0;
        if (op >= 0) card.replaceChildren(...this.lines(op).map((text, place) => Object.assign(document.createElement('div'), { textContent: text, className: place ? (text === this.lateText ? 'late' : '') : 'first' })));
      }
      if (op >= 0 && event) {
        const left = Math.min(event.offsetX + 14, view.width - card.offsetWidth - 6), below = event.offsetY + 16;
        card.style.transform = `translate(${Math.max(4, left)}px, ${below + card.offsetHeight > view.height ? event.offsetY - card.offsetHeight - 10 : below}px)`;
      }
    },
    lines(op) {
      const { model, view } = this, { data } = model, order = model.order[op], at = (moment) => { const wall = view.clock.local(moment); return `${dayText(wall)} ${clockText(wall)}`; };
      const item = data.items[model.item[op]], name = data.itemNames[model.item[op]], center = model.centers[model.center(op)];
      const serves = model.demands(order), late = model.orderFinish[order] - model.orderDue[order];
      const served = serves.slice(0, 4).map((one) => `${data.demands.demand[one]}${data.demands.customer[one] ? ' ' + data.demands.customer[one] : ''}${data.demands.status[one] === 'on time' ? '' : ' (' + pwSay(data.demands.status[one]) + ')'}`);
      const wait = model.wait[op] >= 0 ? data.waits[model.wait[op]] : '';
      this.lateText = late > 0 && data.orders.late[order] ? pwSay('Late by {length}', { length: lengthText(late) }) : '';
      return [
        pwSay('{order} · operation {operation}', { order: model.orderName(order), operation: model.seq[op] }) + (['waiting', ''].includes(model.stateOf(op)) ? '' : ' · ' + pwSay(model.stateOf(op))),
        pwSay('{quantity} of {item}', { quantity: pwNumber(Math.round(model.qty[op] * 1000) / 1000), item: item + (name ? ' ' + name : '') }),
        pwSay('{begin} to {end}', { begin: at(model.start[op]), end: at(model.finish[op]) }) + (model.setup[op] ? pwSay(', set-up {length}', { length: lengthText(model.setup[op]) }) : ''),
        (center.own ? pwSay('{center} unit {unit}', { center: center.code, unit: data.rows.unit[model.row[op]] }) : center.code) + (model.other[op] ? pwSay(', an alternate') : '') + (data.families[model.family[op]] ? pwSay(' · family {family}', { family: data.families[model.family[op]] }) : ''),
        pwSay('Order due {due}', { due: at(model.orderDue[order]) }),
        this.lateText,
        served.length ? pwSay('Serves {orders}', { orders: served.join(', ') + (serves.length > 4 ? pwSay(' and {ends} more', { ends: serves.length - 4 }) : '') }) : '',
        wait,
      ].filter(Boolean);
    },

    // --- printing -------------------------------------------------------------------------------------------------
    printWeek() { this.preset = 'week'; window.print(); },
    forPrint(begins) {
      const { view } = this, { canvas } = this.$refs;
      if (!this.model) return;
      this.$el.querySelectorAll('.pw-gantt-sheet').forEach((one) => one.remove());
      if (begins) { this.screen = { left: view.left, scale: view.scale, top: view.top }; this.painter.forced = 2; this.$el.style.width = '1000px'; }
      else { this.$el.style.height = this.$el.style.width = ''; this.painter.forced = undefined; }
      this.painter.readTheme(begins);
      if (!begins) { this.resize(); Object.assign(view, this.screen); this.painter.draw(view); return; }
      for (const [top, bottom] of this.sheets()) {
        this.$el.style.height = `${AXIS + bottom - top + view.foot + MAP}px`;
        this.resize();
        view.scale = (view.width - view.label) / (7 * 1440);
        Object.assign(view, { left: this.screen.left, top });
        this.painter.draw(view);
        const sheet = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height, className: 'pw-gantt-sheet' });
        sheet.getContext('2d').drawImage(canvas, 0, 0);
        this.$el.append(sheet);
      }
      this.$el.style.height = 'auto';
    },
    // The rows of each sheet of paper, from one top to another; a work center stays whole.
    sheets() {
      const { rows, height } = this.view.layout, found = [];
      let from = 0, last = 0;
      for (const row of rows) {
        if (row.kind !== 'unit') last = row.top;
        if (row.top + row.height - from > SHEET && last > from) { found.push([from, last]); from = last; }
      }
      return [...found, [from, height]];
    },
  },
};
