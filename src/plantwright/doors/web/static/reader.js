// For whom the page is written: marks of numbers, order of dates, words. The server tells it in `pwReader`, see typed.py.
(() => {
  const space = '\u00a0';
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const reader = { locale: '', point: '.', group: space, first: 3, next: 3, order: 'yMd', mark: '-', end: '', words: {}, ...window.pwReader };
  const forms = new Map();
  const parts = { weekday: { weekday: 'short' }, month: { month: 'short' }, monthYear: { month: 'short', year: 'numeric' },
    day: { day: 'numeric', month: 'short' }, weekdayDate: { weekday: 'short', day: 'numeric' },
    weekdayDay: { weekday: 'short', day: 'numeric', month: 'short' }, full: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } };
  const plain = {
    weekday: (at) => days[at.getUTCDay()], month: (at) => months[at.getUTCMonth()], monthYear: (at) => `${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`,
    day: (at) => `${at.getUTCDate()} ${months[at.getUTCMonth()]}`, weekdayDate: (at) => `${days[at.getUTCDay()]} ${at.getUTCDate()}`,
    weekdayDay: (at) => `${days[at.getUTCDay()]} ${at.getUTCDate()} ${months[at.getUTCMonth()]}`,
    full: (at) => `${days[at.getUTCDay()]} ${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`,
  };
  const form = (how) => {
    if (!forms.has(how)) forms.set(how, new Intl.DateTimeFormat(reader.locale, { ...parts[how], timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' }));
    return forms.get(how);
  };
  const grouped = (digits) => {
    if (digits.length <= reader.first) return digits;
    const found = [digits.slice(-reader.first)];
    for (let rest = digits.slice(0, -reader.first); rest; rest = rest.slice(0, -reader.next)) found.unshift(rest.slice(-reader.next));
    return found.join(reader.group);
  };

  // A text in the language of the reader, its named places filled.
  window.pwSay = (text, places = {}) => (reader.words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
  // A plain number as the reader has it; `decimals` are filled up with zeros.
  window.pwNumber = (text, decimals = 0) => {
    const found = /^(-?)(\d+)(?:\.(\d+))?(.*)$/.exec(String(text));
    if (!found) return String(text);
    const rest = (found[3] ?? '').padEnd(decimals, '0');
    return (found[1] ? '\u2212' : '') + grouped(found[2]) + (rest ? reader.point + rest : '') + found[4];
  };
  // A day, given as a Date of UTC, with what of it is asked for: see `parts`.
  window.pwDate = (at, how) => (reader.locale ? form(how).format(at).replace(/ /g, space) : plain[how](at).replace(/ /g, space));
  // A day or moment as it stands in files, for people.
  window.pwDay = (text) => {
    const found = /^(\d{4})-(\d{2})-(\d{2})(.*)$/.exec(text);
    if (!found) return text;
    return pwDate(new Date(Date.UTC(+found[1], found[2] - 1, +found[3])), 'full') + found[4].replace(/^[T ]/, space).slice(0, 6);
  };
  // What people would type for a plain number or a day: the server reads it back, see typed.py.
  window.pwSpelt = (text, kind) => {
    const day = kind === 'day' && /^(\d{4})-(\d{2})-(\d{2})(.*)$/.exec(text ?? '');
    if (kind === 'number') return (text ?? '').replace('.', reader.point);
    if (!day || !reader.locale) return text ?? '';
    const part = { y: day[1], M: day[2], d: day[3] };
    return [...reader.order].map((one) => part[one]).join(reader.mark) + reader.end + day[4];
  };
})();
