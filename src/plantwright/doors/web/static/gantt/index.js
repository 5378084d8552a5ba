export { Model, Clock, above, clockText, dayText, lengthText, HEADER, LANE } from './model.js';
export { Painter, AXIS, BAR, labelWidth } from './paint.js';
export { colours } from './colours.js';
