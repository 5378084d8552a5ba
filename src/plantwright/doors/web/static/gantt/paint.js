// Draws what is in sight of the schedule on a canvas; nothing here changes what is shown.
import { above, clockText, dayText, HEADER, LANE, lengthText, monthText, parts, tickText, ticks } from './model.js';

export const AXIS = 42;
export const labelWidth = (width) => (width < 640 ? 92 : 168);
export const BAR = 12;
const MARGIN = 2;

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.ink = canvas.getContext('2d', { alpha: false });
    this.readTheme();
  }

  readTheme(print = false) {
    const style = getComputedStyle(this.canvas);
    const token = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ['ground', 'surface', 'line', 'line-strong', 'ink', 'ink-2', 'ink-3', 'accent', 'accent-soft', 'late', 'late-soft', 'risk', 'risk-soft'];
    this.theme = Object.fromEntries(names.map((name) => [name, token(name)]));
    if (print) Object.assign(this.theme, { ground: '#fff', surface: '#fff', line: '#ccc', 'line-strong': '#888', ink: '#000', 'ink-2': '#222', 'ink-3': '#444', 'accent-soft': '#eee' });
    this.theme.font = style.fontFamily;
    this.dark = !print && document.body.classList.contains('body--dark');
    this.theme.closed = print ? '#e8e8e8' : this.dark ? '#14181d' : '#eceef1';
    this.hatch = this.stripes(this.dark ? 'rgba(0,0,0,.5)' : 'rgba(255,255,255,.62)');
  }

  stripes(colour) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 6;
    const ink = tile.getContext('2d');
    ink.strokeStyle = colour;
    ink.lineWidth = 2;
    ink.beginPath();
    for (const shift of [-6, 0, 6]) { ink.moveTo(shift, 6); ink.lineTo(shift + 6, 0); }
    ink.stroke();
    return this.ink.createPattern(tile, 'repeat');
  }

  // `view`: model, layout, clock, colours, left (moment), scale (pixels a minute), top, width, height, label (width),
  // body (height of the rows), group, chain, chosen, hover, drag, histogram (center or -1), before, map
  draw(view) {
    const { ink, theme } = this, ratio = this.ratio;
    ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    ink.fillStyle = theme.surface;
    ink.fillRect(0, 0, view.width, view.height);
    ink.font = `12px ${theme.font}`;
    ink.textBaseline = 'middle';
    this.x = (moment) => view.label + (moment - view.left) * view.scale;
    this.right = view.left + (view.width - view.label) / view.scale;
    this.clip(view.label, AXIS, view.width - view.label, view.body, () => this.rows(view));
    this.clip(0, AXIS, view.label, view.body, () => this.labels(view));
    this.axis(view);
    if (view.histogram >= 0) this.histogram(view);
    this.minimap(view);
    this.scrollbar(view);
    ink.strokeStyle = theme['line-strong'];
    this.line(view.label - 0.5, 0, view.label - 0.5, AXIS + view.body);
  }

  scrollbar(view) {
    const { ink, theme } = this, whole = view.layout.height;
    if (whole <= view.body) return;
    const tall = Math.max(24, (view.body * view.body) / whole), y = AXIS + (view.top / (whole - view.body)) * (view.body - tall);
    ink.fillStyle = theme['ink-3'];
    ink.globalAlpha = 0.55;
    ink.fillRect(view.width - BAR + 2, y, BAR - 4, tall);
    ink.globalAlpha = 1;
  }

  get ratio() { return this.forced ?? (window.devicePixelRatio || 1); }

  clip(x, y, width, height, draw) {
    const { ink } = this;
    ink.save();
    ink.beginPath();
    ink.rect(x, y, width, height);
    ink.clip();
    draw();
    ink.restore();
  }

  line(x, y, toX, toY) { const { ink } = this; ink.beginPath(); ink.moveTo(x, y); ink.lineTo(toX, toY); ink.stroke(); }

  inSight(view) {
    const { rows } = view.layout, found = [];
    let low = 0, high = rows.length;
    while (low < high) { const middle = (low + high) >> 1; rows[middle].top + rows[middle].height > view.top ? (high = middle) : (low = middle + 1); }
    for (let place = low; place < rows.length && rows[place].top < view.top + view.body; place++) found.push(rows[place]);
    return found;
  }

  rows(view) {
    const { ink, theme } = this, seen = this.inSight(view);
    for (const row of seen) this.ground(view, row);
    this.grid(view);
    ink.strokeStyle = theme.line;
    for (const row of seen) { const y = AXIS + row.top - view.top + row.height - 0.5; this.line(view.label, y, view.width, y); }
    for (const row of seen) if (row.kind === 'center') this.strip(view, row); else this.bars(view, row);
    if (view.chain && !view.before) this.links(view);
    this.moments(view);
    if (view.drag) this.ghost(view);
  }

  // Closed time is shaded, stops are crossed out, the row under the pointer's drag is offered.
  ground(view, row) {
    const { ink, theme } = this, y = AXIS + row.top - view.top;
    if (row.kind !== 'unit') return;
    const center = view.model.centers[row.center], hours = view.model.hours[center.open];
    if (hours && view.scale * 480 > 3) {
      ink.fillStyle = theme.closed;
      const first = above(hours, view.left);
      // Places that are odd end a shift; before an even one it is closed.
      for (let place = first - (first % 2); place <= hours.length; place += 2) {
        const from = place ? hours[place - 1] : -Infinity, to = place < hours.length ? hours[place] : Infinity;
        if (from > this.right) break;
        const x = Math.max(view.label, this.x(from)), end = Math.min(view.width, this.x(to));
        if (end > x) ink.fillRect(x, y, end - x, row.height);
      }
    }
    for (const [start, end, units] of center.down) {
      if (units && row.unit <= center.units - units) continue;
      const x = this.x(start), width = this.x(end) - x;
      if (x < view.width && x + width > view.label) { ink.fillStyle = theme['line-strong']; ink.fillRect(x, y, width, row.height); ink.fillStyle = this.hatch; ink.fillRect(x, y, width, row.height); }
    }
    if (view.drag?.allowed?.has(row.center)) { ink.globalAlpha = 0.6; ink.fillStyle = theme['accent-soft']; ink.fillRect(view.label, y, view.width, row.height); ink.globalAlpha = 1; }
  }

  grid(view) {
    const { ink, theme } = this, { walls } = ticks(view.clock, view.left, this.right, view.scale, 56);
    ink.strokeStyle = theme.line;
    ink.lineWidth = 1;
    for (const wall of walls) { const x = Math.round(this.x(view.clock.utc(wall))) + 0.5; this.line(x, AXIS, x, AXIS + view.body); }
    const frozen = [this.x(view.model.data.asOf), this.x(view.model.data.frozen)];
    if (frozen[1] > frozen[0]) { ink.globalAlpha = 0.35; ink.fillStyle = theme['accent-soft']; ink.fillRect(frozen[0], AXIS, frozen[1] - frozen[0], view.body); ink.globalAlpha = 1; }
  }

  // Load of the work center by day: how full, amber from 95 %, red above 100 %.
  strip(view, row) {
    const { ink, theme } = this, { load } = view.model.centers[row.center], y = AXIS + row.top - view.top, tall = row.height - 15;
    const pitch = Math.max(1, Math.ceil(3 / (1440 * view.scale)));
    for (let place = 0; place < load.day.length; place += pitch) {
      const wall = load.day[place] * 1440, x = this.x(view.clock.utc(wall)), width = 1440 * pitch * view.scale;
      if (x + width < view.label) continue;
      if (x > view.width) break;
      let full = 0, open = 0;
      for (let day = place; day < Math.min(place + pitch, load.day.length); day++) { full += load.setup[day] + load.run[day]; open += load.capacity[day]; }
      if (!full) continue;
      const share = open ? full / open : 1, high = Math.max(1, Math.min(1, share) * tall);
      ink.fillStyle = share > 1.005 ? theme.late : share >= 0.95 ? '#E69F00' : theme['line-strong'];
      ink.globalAlpha = share >= 0.95 && share <= 1.005 ? 0.6 : 1;
      ink.fillRect(x + 0.5, y + row.height - 2 - high, Math.max(1, width - 1), high);
      ink.globalAlpha = 1;
      if (width > 46) { ink.fillStyle = theme['ink-2']; ink.font = `10.5px ${theme.font}`; ink.fillText(`${Math.round(share * 100)} %`, x + 4, y + 7); }
    }
    ink.font = `12px ${theme.font}`;
  }

  bars(view, row) {
    const { ink, theme } = this, { model, colours } = view, y = AXIS + row.top - view.top + MARGIN, tall = row.height - 2 * MARGIN - 1;
    let drawn = -1, brush = -1;
    for (let place = above(row.until, view.left); place < row.ops.length; place++) {
      const op = row.ops[place];
      if (model.start[op] > this.right) break;
      const x = this.x(model.start[op]), end = this.x(model.finish[op]), width = Math.max(end - x, 1);
      // Bars narrower than a pixel that share one are drawn once.
      if (end <= drawn && width < 1.5) continue;
      drawn = Math.max(drawn, Math.floor(x) + 1);
      const dim = view.before ? !view.before.moved[op] : view.chain && !view.chain.has(model.order[op]);
      const wanted = colours.of[op] * 2 + (dim ? 1 : 0);
      if (wanted !== brush) { ink.globalAlpha = dim ? 0.2 : 1; ink.fillStyle = colours.list[colours.of[op]]; brush = wanted; }
      ink.fillRect(x, y, width > 3 ? width - 0.5 : width, tall);
      if (width > 4) { this.detail(view, op, x, y, width, tall, dim); brush = -1; }
    }
    ink.globalAlpha = 1;
    if (view.before) this.changed(view, row, y, tall);
  }

  detail(view, op, x, y, width, tall, dim) {
    const { ink, theme } = this, { model, colours } = view, state = model.stateOf(op);
    const setup = model.setup[op] * view.scale;
    if (setup > 2) { ink.fillStyle = this.hatch; ink.fillRect(x, y, Math.min(setup, width), tall); }
    if (state === 'frozen') { ink.fillStyle = theme.ink; ink.fillRect(x, y, 2, tall); }
    if (state === 'pinned') this.pin(x + 1, y, theme.ink);
    if (model.late(op) && !dim) {
      ink.strokeStyle = theme.late;
      ink.lineWidth = 1.5;
      ink.strokeRect(x + 0.75, y + 0.75, width - 2, tall - 1.5);
      if (width > 12) { ink.fillStyle = theme.late; ink.beginPath(); ink.moveTo(x + width - 9, y); ink.lineTo(x + width - 0.5, y); ink.lineTo(x + width - 0.5, y + 8); ink.fill(); }
    }
    if (op === view.chosen || op === view.hover) { ink.globalAlpha = 1; ink.strokeStyle = theme.ink; ink.lineWidth = 2; ink.strokeRect(x - 0.5, y - 0.5, width + 0.5, tall + 1); }
    if (width > 34) this.barText(view, op, x, y, width, tall);
    ink.lineWidth = 1;
  }

  barText(view, op, x, y, width, tall) {
    const { ink, theme } = this, { model } = view;
    ink.font = `11px ${theme.font}`;
    const order = model.orderName(model.order[op]), item = model.data.items[model.item[op]];
    const lead = ['pinned', 'frozen'].includes(model.stateOf(op)) ? 9 : 5;
    const space = Math.min(width, view.width - x) - lead - 3, from = Math.max(x, view.label) + lead, room = space - (from - x - lead);
    const text = [view.group === 'order' ? `${model.centers[model.center(op)].code} · ${model.seq[op]}` : `${order} · ${item}`, view.group === 'order' ? model.centers[model.center(op)].code : order]
      .find((one) => one.length * 6.1 < room);
    if (!text) return;
    ink.fillStyle = view.colours.inks[view.colours.of[op]];
    ink.fillText(text, from, y + tall / 2 + 0.5);
  }

  pin(x, y, colour) {
    const { ink } = this;
    ink.fillStyle = colour;
    ink.beginPath();
    ink.arc(x + 4, y + 4, 3.2, 0, 7);
    ink.moveTo(x + 3, y + 6); ink.lineTo(x + 5, y + 6); ink.lineTo(x + 4, y + 13);
    ink.fill();
  }

  // What a preview has moved: where it was, dashed, and a frame where it is.
  changed(view, row, y, tall) {
    const { ink, theme } = this, { model, before } = view;
    ink.lineWidth = 1.5;
    for (const op of row.ops) {
      if (!before.moved[op]) continue;
      const x = this.x(model.start[op]), end = this.x(model.finish[op]);
      if (end < view.label || x > view.width) continue;
      ink.strokeStyle = theme.accent;
      ink.strokeRect(x - 0.5, y - 0.5, Math.max(2, end - x), tall + 1);
    }
    ink.setLineDash([3, 3]);
    ink.strokeStyle = theme['ink-2'];
    for (const [from, to] of before.rows?.get(row) ?? []) { const x = this.x(from); if (x < view.width) ink.strokeRect(x, y, Math.max(2, this.x(to) - x), tall); }
    ink.setLineDash([]);
    ink.lineWidth = 1;
  }

  // Arrows of the chosen chain, from the end of what serves to the start of what is served, and due dates.
  links(view) {
    const { ink, theme } = this, { model, layout, chain } = view;
    const middle = (op) => { const row = layout.rows[layout.rowOf[op]]; return AXIS + row.top - view.top + row.height / 2; };
    ink.strokeStyle = theme['ink-2'];
    ink.fillStyle = theme['ink-2'];
    ink.lineWidth = 1.2;
    let count = 0;
    for (const order of chain) {
      const own = model.opsOf(order);
      for (let place = 1; place < own.length; place++) this.arrow(this.x(model.finish[own[place - 1]]), middle(own[place - 1]), this.x(model.start[own[place]]), middle(own[place]), view);
      for (const next of model.ways.up(order)) {
        const to = model.opsOf(next);
        if (!chain.has(next) || !own.length || !to.length || ++count > 600) continue;
        const last = own[own.length - 1];
        this.arrow(this.x(model.finish[last]), middle(last), this.x(model.start[to[0]]), middle(to[0]), view);
      }
      if (own.length) this.dueMark(view, order, middle(own[own.length - 1]));
    }
    ink.lineWidth = 1;
  }

  arrow(x, y, toX, toY, view) {
    const { ink } = this, left = Math.min(x, toX), right = Math.max(x, toX);
    if (right < view.label || left > view.width || Math.max(y, toY) < AXIS || Math.min(y, toY) > AXIS + view.body) return;
    const bend = Math.min(40, Math.max(12, Math.abs(toX - x) / 2));
    ink.beginPath();
    ink.moveTo(x, y);
    ink.bezierCurveTo(x + bend, y, toX - bend, toY, toX, toY);
    ink.stroke();
    ink.beginPath();
    ink.moveTo(toX, toY); ink.lineTo(toX - 5, toY - 3.5); ink.lineTo(toX - 5, toY + 3.5);
    ink.fill();
  }

  dueMark(view, order, y) {
    const { ink, theme } = this, x = this.x(view.model.orderDue[order]);
    if (x < view.label - 6 || x > view.width + 6) return;
    ink.fillStyle = view.model.data.orders.late[order] ? theme.late : theme['ink-2'];
    ink.beginPath();
    ink.moveTo(x, y - 8); ink.lineTo(x + 5, y - 3); ink.lineTo(x, y + 2); ink.lineTo(x - 5, y - 3);
    ink.fill();
    ink.fillStyle = theme['ink-2'];
  }

  moments(view) {
    const { ink, theme } = this, x = Math.round(this.x(view.model.data.asOf)) + 0.5;
    if (view.group === 'order') for (const row of this.inSight(view)) this.dueMark(view, row.order, AXIS + row.top - view.top + row.height / 2 + 3);
    ink.strokeStyle = theme.accent;
    ink.lineWidth = 2;
    this.line(x, AXIS, x, AXIS + view.body);
    ink.lineWidth = 1;
  }

  ghost(view) {
    const { ink, theme } = this, { drag, model, layout } = view, row = layout.rows[drag.rowAt];
    const x = this.x(drag.start), width = Math.max(3, (model.finish[drag.op] - model.start[drag.op]) * view.scale), y = AXIS + row.top - view.top;
    ink.globalAlpha = 0.85;
    ink.fillStyle = view.colours.list[view.colours.of[drag.op]];
    ink.fillRect(x, y + 1, width, row.height - 2);
    ink.globalAlpha = 1;
    ink.strokeStyle = theme.accent;
    ink.lineWidth = 2;
    ink.strokeRect(x, y + 1, width, row.height - 2);
    ink.setLineDash([4, 3]);
    this.line(x, AXIS, x, AXIS + view.body);
    ink.setLineDash([]);
    ink.lineWidth = 1;
    const text = `${dayText(view.clock.local(drag.start))} ${clockText(view.clock.local(drag.start))}${row.kind === 'unit' ? ' · ' + model.centers[row.center].code : ''}`;
    const wide = ink.measureText(text).width + 12, above = y > AXIS + 30 ? y - 24 : y + row.height + 4, at = Math.min(x, view.width - wide - 4);
    ink.fillStyle = theme.ink;
    ink.fillRect(at, above, wide, 20);
    ink.fillStyle = theme.surface;
    ink.fillText(text, at + 6, above + 10.5);
  }

  labels(view) {
    const { ink, theme } = this;
    ink.fillStyle = theme.surface;
    ink.fillRect(0, AXIS, view.label, view.body);
    for (const row of this.inSight(view)) {
      const y = AXIS + row.top - view.top, middle = y + row.height / 2;
      if (row.kind === 'center') {
        if (row.center === view.histogram) { ink.fillStyle = theme['accent-soft']; ink.fillRect(0, y, view.label, row.height); }
        ink.fillStyle = theme.ink;
        ink.font = `600 12.5px ${theme.font}`;
        ink.fillText(row.label, 10, y + 11);
        ink.font = `11px ${theme.font}`;
        ink.fillStyle = theme['ink-2'];
        this.fitted(row.sub, 10, y + 25, view.label - 16);
      } else if (row.kind === 'order') {
        ink.fillStyle = view.model.data.orders.late[row.order] ? theme.late : theme.ink;
        ink.font = `12px ${theme.font}`;
        ink.fillText(row.label, 10, middle);
        ink.fillStyle = theme['ink-3'];
        ink.font = `11px ${theme.font}`;
        if (view.label > 120) this.fitted(row.sub, 88, middle, view.label - 94);
      } else {
        ink.fillStyle = theme['ink-3'];
        ink.font = `11px ${theme.font}`;
        ink.fillText(view.label > 120 ? pwSay('unit {unit}', { unit: row.label }) : row.label, 22, middle);
      }
      ink.strokeStyle = theme.line;
      this.line(0, y + row.height - 0.5, view.label, y + row.height - 0.5);
    }
    ink.font = `12px ${theme.font}`;
  }

  fitted(text, x, y, room) {
    const most = Math.floor(room / 5.6);
    this.ink.fillText(text.length > most ? text.slice(0, most - 1) + '…' : text, x, y);
  }

  axis(view) {
    const { ink, theme } = this;
    ink.fillStyle = theme.surface;
    ink.fillRect(0, 0, view.width, AXIS);
    this.clip(view.label, 0, view.width - view.label, AXIS, () => {
      const minor = ticks(view.clock, view.left, this.right, view.scale, 56);
      const day = minor.step < 1440, major = day ? ticks(view.clock, view.left, this.right, view.scale, 1440 * view.scale) : { walls: [] };
      ink.fillStyle = theme['ink-2'];
      for (const wall of minor.walls) ink.fillText(tickText(wall, minor.step), this.x(view.clock.utc(wall)) + 4, 31);
      ink.fillStyle = theme.ink;
      ink.font = `600 12px ${theme.font}`;
      if (day) major.walls.forEach((wall, place) => this.stuck(view, dayText(wall), this.x(view.clock.utc(wall)), this.x(view.clock.utc(major.walls[place + 1] ?? wall + 1440))));
      else this.months(view, minor.step);
      ink.font = `12px ${theme.font}`;
      const now = this.x(view.model.data.asOf);
      ink.fillStyle = theme.accent;
      ink.fillRect(now - 1, AXIS - 6, 3, 6);
    });
    ink.strokeStyle = theme['line-strong'];
    this.line(0, AXIS - 0.5, view.width, AXIS - 0.5);
    ink.fillStyle = theme['ink-3'];
    ink.fillText(view.group === 'order' ? pwSay('Order') : pwSay('Work center'), 10, 31);
  }

  months(view, step) {
    const first = parts(view.clock.local(view.left)), yearly = step === 43200;
    for (let month = 0; month < 60; month += 1) {
      const wall = Date.UTC(first.year + (yearly ? month : 0), yearly ? 0 : first.month + month, 1) / 60000;
      const next = Date.UTC(first.year + (yearly ? month + 1 : 0), yearly ? 0 : first.month + month + 1, 1) / 60000;
      const x = this.x(view.clock.utc(wall));
      if (x > view.width) break;
      this.stuck(view, yearly ? String(parts(wall).year) : monthText(wall), x, this.x(view.clock.utc(next)));
    }
  }

  // A heading of the axis stays in sight as long as any of its time is.
  stuck(view, text, x, end) {
    const wide = this.ink.measureText(text).width + 8, at = Math.max(view.label + 4, x + 4);
    if (end < view.label || at + wide > end + 4) return;
    this.ink.fillText(text, at, 12);
  }

  // Capacity, load and what just in time would need of one work center, in hours a day.
  histogram(view) {
    const { ink, theme } = this, { load, code } = view.model.centers[view.histogram], top = AXIS + view.body, tall = view.foot;
    ink.fillStyle = theme.surface;
    ink.fillRect(0, top, view.width, tall);
    ink.strokeStyle = theme['line-strong'];
    this.line(0, top + 0.5, view.width, top + 0.5);
    const most = Math.max(60, ...load.capacity, ...load.setup.map((one, place) => one + load.run[place])) * 1.25;
    const y = (minutes) => top + tall - 4 - Math.min(1, minutes / most) * (tall - 24), base = top + tall - 4;
    this.histogramLabels(view, code, top, most, y);
    this.clip(view.label, top + 1, view.width - view.label, tall, () => {
      const wide = 1440 * view.scale, first = Math.max(0, Math.floor(view.clock.local(view.left) / 1440 - (load.day[0] ?? 0)) - 1);
      for (let place = first; place < load.day.length; place++) {
        const x = this.x(view.clock.utc(load.day[place] * 1440));
        if (x > view.width) break;
        const full = load.setup[place] + load.run[place], pad = wide > 6 ? 1 : 0;
        if (load.capacity[place]) { ink.fillStyle = theme.closed; ink.fillRect(x, y(load.capacity[place]), wide, base - y(load.capacity[place])); }
        ink.fillStyle = full > load.capacity[place] * 1.005 ? theme.late : '#0072B2';
        ink.fillRect(x + pad, y(full), Math.max(1, wide - 2 * pad), base - y(full));
        if (load.setup[place]) { ink.fillStyle = this.hatch; ink.fillRect(x + pad, y(full), Math.max(1, wide - 2 * pad), y(load.run[place]) - y(full)); }
        ink.strokeStyle = theme.ink;
        if (load.capacity[place]) this.line(x, y(load.capacity[place]), x + wide, y(load.capacity[place]));
        if (load.required[place]) { ink.strokeStyle = '#D55E00'; ink.lineWidth = 2; this.line(x, y(load.required[place]), x + wide, y(load.required[place])); ink.lineWidth = 1; }
      }
    });
  }

  histogramLabels(view, code, top, most, y) {
    const { ink, theme } = this;
    ink.fillStyle = theme.ink;
    ink.font = `600 12px ${theme.font}`;
    ink.fillText(pwSay('Load of {center}', { center: code }), 10, top + 14);
    ink.font = `11px ${theme.font}`;
    ink.fillStyle = theme['ink-2'];
    [['#0072B2', pwSay('load, set-up hatched')], [theme.ink, pwSay('capacity')], ['#D55E00', pwSay('required just in time')]].forEach(([colour, text], place) => {
      ink.fillStyle = colour;
      ink.fillRect(10, top + 30 + 16 * place, 10, 3);
      ink.fillStyle = theme['ink-2'];
      if (view.label > 120) ink.fillText(text, 26, top + 32 + 16 * place);
    });
    ink.fillText(`${Math.round(most / 1.25 / 60)} h`, 10, top + 82);
    ink.fillText(pwSay('a day, at the top line'), 36, top + 82);
    ink.font = `12px ${theme.font}`;
  }

  // The whole horizon: how much runs when, and which part is in sight.
  minimap(view) {
    const { ink, theme } = this, { top, height, counts, most } = view.map, room = view.width - view.label, span = view.model.data.span;
    ink.fillStyle = theme.ground;
    ink.fillRect(0, top, view.width, height);
    ink.fillStyle = theme['ink-3'];
    ink.fillText(pwSay('Whole plan'), 10, top + height / 2);
    ink.fillStyle = theme['line-strong'];
    const wide = room / counts.length;
    counts.forEach((count, place) => { const tall = (count / most) * (height - 8); ink.fillRect(view.label + place * wide, top + height - 2 - tall, Math.max(1, wide - 0.5), tall); });
    const at = (moment) => view.label + ((moment - span[0]) / (span[1] - span[0])) * room;
    const from = Math.max(view.label, at(view.left)), to = Math.min(view.width, at(this.right));
    ink.fillStyle = theme.accent;
    ink.globalAlpha = 0.16;
    ink.fillRect(from, top + 1, Math.max(4, to - from), height - 2);
    ink.globalAlpha = 1;
    ink.strokeStyle = theme.accent;
    ink.strokeRect(from + 0.5, top + 1.5, Math.max(3, to - from - 1), height - 3);
    ink.fillRect(at(view.model.data.asOf), top, 2, height);
  }
}

export { HEADER, LANE, lengthText };
