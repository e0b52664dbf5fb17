// The data of the page, and how its values are told.

const { texts, labels } = JSON.parse(document.getElementById('texts').textContent);
const data = JSON.parse(document.getElementById('data').textContent);
const connections = data.connections;
const transactions = data.transactions;
const shared = data.pictures.shared.words;

const byId = (id) => document.getElementById(id);

// An element with a class and text; text never becomes markup.
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

function drawn(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A phrase with its values filled in.
const said = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// A word of the data as people read it.
const label = (kind, word) => labels[kind][word] ?? word;

const told = (kind, value) => (value === 'nobody' || value === 'unknown' ? '' : label(kind, value));

// The word of a row in a column of words; behind the column's end there is none.
const word = (column, row) => column.words[column.at[row]] ?? '';

// Three digits in the best unit.
function digits(value, unit) {
  const size = Math.abs(value);
  return `${value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)} ${unit}`;
}

function duration(ns) {
  if (ns === null || ns === undefined) return '';
  const size = Math.abs(ns);
  if (size < 1e3) return `${ns} ns`;
  if (size < 1e6) return digits(ns / 1e3, 'µs');
  if (size < 1e9) return digits(ns / 1e6, 'ms');
  return digits(ns / 1e9, 's');
}

// A long time reads better in minutes or hours.
function span(ns) {
  if (ns < 120e9) return duration(ns);
  return ns < 7200e9 ? digits(ns / 60e9, 'min') : digits(ns / 3600e9, 'h');
}

function bytes(count) {
  if (count < 1e3) return `${count} B`;
  if (count < 1e6) return digits(count / 1e3, 'kB');
  if (count < 1e9) return digits(count / 1e6, 'MB');
  return digits(count / 1e9, 'GB');
}

const grouped = (count) => count.toLocaleString('en');
const seconds = (ns) => (ns / 1e9).toFixed(6);

// Since the start of the first connection, nanoseconds.
const firstStart = connections.start_ns.plus.reduce((first, start) => Math.min(first, start), connections.start_ns.plus[0] ?? 0);
const startOf = (row) => connections.start_ns.plus[row] - firstStart;

// A time of the capture, nanoseconds since the epoch, in UTC.
function utc(base, plus) {
  const ns = BigInt(base) + BigInt(Math.round(plus));
  const milli = ns / 1000000n;
  const date = new Date(Number(milli));
  const rest = String(((ns % 1000000000n) + 1000000000n) % 1000000000n).padStart(9, '0');
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}.${rest} UTC`;
}

function endpoint(address, port) {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const ends = (row) => [
  endpoint(word(connections.src, row), connections.src_port[row]),
  endpoint(word(connections.dst, row), connections.dst_port[row]),
];

// The rows of each connection's transactions.
const transactionsOf = new Map();
transactions.row.forEach((row, index) => {
  if (!transactionsOf.has(row)) transactionsOf.set(row, []);
  transactionsOf.get(row).push(index);
});

function request(index) {
  const method = word(transactions.method, index) || '?';
  const target = word(transactions.target, index) || '?';
  return `${method} ${target}`;
}

// What a connection speaks: TLS by its version, and what is inside it where that is known.
function protocol(row) {
  const version = word(connections['tls.version'], row) || label('protocol', word(connections.protocol, row));
  const inside = word(connections['tls.alpn'], row);
  return inside ? `${version} ${inside}` : version;
}

function cause(row) {
  const name = told('cause', word(connections['close.cause'], row));
  const alert = word(connections.alert, row);
  return alert ? said(texts.cause_alert, { cause: name, alert }) : name;
}

function firstRequest(row) {
  const own = transactionsOf.get(row);
  if (!own) return '';
  const status = transactions.status[own[0]];
  const more = connections.http_count[row] - 1;
  return `${request(own[0])} ${status ?? texts.no_status}${more > 0 ? ` +${more}` : ''}`;
}

let pictureLines;

// The picture of a connection, read when it is looked at.
function pictureOf(row) {
  pictureLines ??= byId('pictures').textContent.split('\n');
  return JSON.parse(pictureLines[row]);
}
