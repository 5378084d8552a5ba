// The bars of a schedule in typed arrays, the rows they stand in, and the chains that orders form.
export const HEADER = 34, LANE = 22;

export class Model {
  constructor(data) {
    const { ops, orders } = data;
    this.data = data;
    this.count = ops.row.length;
    const ints = (values) => Int32Array.from(values, (value) => value ?? -1);
    for (const name of ['row', 'order', 'seq', 'item', 'setup', 'family', 'state', 'path', 'wait', 'other']) this[name] = ints(ops[name]);
    this.start = Int32Array.from(ops.start, (value) => value + data.span[0]);
    this.finish = Int32Array.from(ops.length, (value, place) => value + this.start[place]);
    this.due = Int32Array.from(ops.due, (value, place) => value + this.start[place]);
    this.qty = Float64Array.from(ops.qty);
    this.orderDue = ints(orders.due);
    this.orderFinish = ints(orders.finish);
    this.hours = decodeHours(data.centers[0].hours);
    this.centers = data.centers.slice(1);
    this.ways = { down: fan(data.links[1], data.links[0], orders.name.length), up: fan(data.links[0], data.links[1], orders.name.length) };
    this.served = fan(data.serves[0], data.serves[1], orders.name.length);
    this.opsOf = fan(this.order, this.order.map((_, place) => place), orders.name.length);
    this.place = new Map(orders.name.map((name, place) => [name, place]));
  }

  orderName(order) { return this.data.orders.name[order] ?? ''; }

  // Rows to draw: by work center and unit, or one for each order.
  layout(group) {
    return group === 'order' ? this.byOrder() : this.byCenter();
  }

  byCenter() {
    const rows = [], { center, unit } = this.data.rows, lists = center.map(() => []);
    for (let op = 0; op < this.count; op++) lists[this.row[op]].push(op);
    for (let row = 0; row < center.length; row++) {
      if (row === 0 || center[row] !== center[row - 1]) {
        const one = this.centers[center[row]];
        rows.push({ kind: 'center', center: center[row], label: one.code, sub: one.name, height: HEADER, ops: [] });
      }
      rows.push({ kind: 'unit', center: center[row], unit: unit[row], label: String(unit[row]), height: LANE, ops: lists[row] });
    }
    return placed(rows, this);
  }

  byOrder() {
    const first = new Map();
    for (let op = 0; op < this.count; op++) {
      if (!first.has(this.order[op])) first.set(this.order[op], []);
      first.get(this.order[op]).push(op);
    }
    const rows = [...first].map(([order, ops]) => ({
      kind: 'order', order, label: this.orderName(order), sub: this.data.items[this.data.orders.item[order]], height: LANE, ops,
    }));
    return placed(rows, this);
  }

  // An order with all that it waits for and all that waits for it.
  chain(order) {
    const found = new Set([order]);
    for (const way of [this.ways.down, this.ways.up]) {
      const seen = new Set([order]), open = [order];
      while (open.length) for (const next of way(open.pop())) if (!seen.has(next)) { seen.add(next); found.add(next); open.push(next); }
    }
    return found;
  }

  // Places of the sales orders and forecasts that an order serves in the end.
  demands(order) {
    const found = new Set(), seen = new Set([order]), open = [order];
    while (open.length) {
      const one = open.pop();
      for (const demand of this.served(one)) found.add(demand);
      for (const next of this.ways.up(one)) if (!seen.has(next)) { seen.add(next); open.push(next); }
    }
    return [...found];
  }

  late(op) { return this.data.orders.late[this.order[op]]; }
  stateOf(op) { return this.data.states[this.state[op]]; }
  centersOf(op) { return this.data.paths[this.path[op]] ?? []; }
  center(op) { return this.data.rows.center[this.row[op]]; }
}

function decodeHours(hours) {
  const found = {};
  for (const [code, steps] of Object.entries(hours)) {
    const moments = new Int32Array(steps.length);
    steps.reduce((sum, step, place) => (moments[place] = sum + step), 0);
    found[code] = moments;
  }
  return found;
}

// Lists by key in two flat arrays; gives a function from the key to its part.
function fan(keys, values, count) {
  const pointer = new Int32Array(count + 1);
  for (const key of keys) if (key >= 0) pointer[key + 1]++;
  for (let place = 0; place < count; place++) pointer[place + 1] += pointer[place];
  const next = pointer.slice(), flat = new Int32Array(pointer[count]);
  for (let place = 0; place < keys.length; place++) if (keys[place] >= 0) flat[next[keys[place]]++] = values[place];
  return (key) => flat.subarray(pointer[key], pointer[key + 1]);
}

// Gives rows their heights, and the latest finish so far along each, by which the first bar in sight is found.
function placed(rows, model) {
  let top = 0;
  for (const row of rows) {
    row.top = top;
    top += row.height;
    let latest = -Infinity;
    row.until = Float64Array.from(row.ops, (op) => (latest = Math.max(latest, model.finish[op])));
  }
  const rowOf = new Int32Array(model.count);
  rows.forEach((row, place) => { for (const op of row.ops) rowOf[op] = place; });
  return { rows, rowOf, height: top };
}

// The first place whose value is above a bound, in an array that rises.
export function above(values, bound) {
  let low = 0, high = values.length;
  while (low < high) { const middle = (low + high) >> 1; values[middle] > bound ? (high = middle) : (low = middle + 1); }
  return low;
}

// Wall time of the plant: minutes are shown by its clocks wherever the browser is.
export class Clock {
  constructor(steps) { this.at = Float64Array.from(steps, (one) => one[0]); this.away = steps.map((one) => one[1]); }
  offset(moment) { return this.away[Math.max(0, above(this.at, moment) - 1)] ?? 0; }
  local(moment) { return moment + this.offset(moment); }
  utc(wall) { return wall - this.offset(wall - this.offset(wall)); }
}

const two = (value) => String(value).padStart(2, '0');
export const parts = (wall) => { const at = new Date(wall * 60000); return { day: Math.floor(wall / 1440), date: at.getUTCDate(), month: at.getUTCMonth(), year: at.getUTCFullYear(), minute: ((wall % 1440) + 1440) % 1440 }; };
export const clockText = (wall) => { const minute = ((wall % 1440) + 1440) % 1440; return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`; };
// As the reader has it: see ../reader.js.
const dated = (wall, how) => window.pwDate(new Date(wall * 60000), how).replace(/\u00a0/g, ' ');
export const dayText = (wall) => dated(wall, 'weekdayDay');
export const monthText = (wall) => dated(wall, 'monthYear');
export const tickText = (wall, step) => (step < 1440 ? clockText(wall) : dated(wall, step === 1440 ? 'weekdayDate' : step === 10080 ? 'day' : 'month'));
export const lengthText = (minutes) => {
  if (minutes < 60) return `${Math.round(minutes)} min`;
  const hours = Math.floor(minutes / 60), rest = Math.round(minutes % 60);
  return hours < 48 ? `${hours} h${rest ? ' ' + two(rest) : ''}` : `${Math.floor(hours / 24)} d${hours % 24 ? ` ${hours % 24} h` : ''}`;
};

// Steps of the time axis: major and minor, in minutes; months are steps of their own.
const STEPS = [15, 30, 60, 120, 240, 480, 1440, 10080, 43200];
export function ticks(clock, from, to, scale, least) {
  const step = STEPS.find((one) => one * scale >= least) ?? 43200;
  const found = [], first = clock.local(from), last = clock.local(to);
  if (step === 43200) {
    const begin = parts(first);
    for (let month = 0; month < 400; month++) {
      const wall = Date.UTC(begin.year, begin.month + month, 1) / 60000;
      if (wall > last) break;
      found.push(wall);
    }
  } else {
    const shift = step === 10080 ? 4 * 1440 : 0; // weeks begin on Monday
    for (let wall = Math.floor((first - shift) / step) * step + shift; wall <= last; wall += step) found.push(wall);
  }
  return { step, walls: found };
}
