// Colours of bars: the set of Okabe and Ito, so that the same thing always has the same one.
const OKABE_ITO = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442'];
const NONE = '#9aa3ae';

function hash(text) {
  let found = 2166136261;
  for (let place = 0; place < text.length; place++) found = Math.imul(found ^ text.charCodeAt(place), 16777619);
  return found >>> 0;
}

// Three tints of each colour make 21, so that neighbours seldom look alike.
function tinted(colour, tint, dark) {
  const share = [0, 0.3, 0.52][tint], to = dark ? 30 : 255;
  const mixed = [1, 3, 5].map((place) => Math.round(parseInt(colour.slice(place, place + 2), 16) * (1 - share) + to * share));
  return '#' + mixed.map((value) => value.toString(16).padStart(2, '0')).join('');
}

export function named(text, dark) {
  if (!text) return NONE;
  const number = hash(text);
  return tinted(OKABE_ITO[number % 7], Math.floor(number / 7) % 3, dark);
}

// Dark or light ink, whichever is read better on a colour.
export function ink(colour) {
  const [red, green, blue] = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16) / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 ? '#10151b' : '#ffffff';
}

// A colour for each bar as a place in a short list: bars of one colour are filled together.
export function colours(model, by, dark) {
  const list = [], inks = [], seen = new Map(), found = new Uint16Array(model.count);
  const put = (colour) => {
    if (!seen.has(colour)) { seen.set(colour, list.length); list.push(colour); inks.push(ink(colour)); }
    return seen.get(colour);
  };
  const { data } = model, memo = new Map();
  const once = (kind, name) => { if (!memo.has(name)) memo.set(name, put(named(name, dark))); return memo.get(name); };
  for (let op = 0; op < model.count; op++) {
    if (by === 'lateness') found[op] = put(lateness(model, op));
    else if (by === 'family') found[op] = once(by, data.families[model.family[op]]);
    else if (by === 'item') found[op] = once(by, data.items[model.item[op]]);
    else found[op] = once(by, model.orderName(model.order[op]));
  }
  return { list, inks, of: found };
}

function lateness(model, op) {
  const order = model.order[op], left = model.orderDue[order] - model.orderFinish[order];
  return model.late(op) ? '#D55E00' : left < 2 * 1440 ? '#E69F00' : '#7fb2d6';
}
