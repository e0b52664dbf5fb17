// The table of connections: its columns, its order and what it is filtered by.

const text = (make) => (row, cell) => {
  cell.textContent = make(row);
  if (cell.textContent.length > 24) cell.title = cell.textContent;
};
const both = (name) => (row) => connections[`${name}.initiator`][row] + connections[`${name}.responder`][row];
const packets = both('packets');
const payload = both('bytes');
const again = both('retransmissions');

function verdict(name) {
  const column = connections[`${name}.verdict`];
  return (row, cell) => {
    cell.textContent = label(name, word(column, row));
    const confidence = word(connections[`${name}.confidence`], row);
    if (confidence !== 'certain') {
      cell.classList.add('unsure');
      cell.title = label('confidence', confidence);
    }
    if (name === 'close') cell.classList.add(word(connections.outcome, row));
  };
}

// Columns of what few captures have: only where there is any.
const ofWords = (name, column, width) => (column.words.length > 0
  ? [{ name, extra: true, width, sort: (row) => word(column, row), cell: text((row) => word(column, row)) }]
  : []);

const TABLE = [
  { name: '#', width: '4.2rem', number: true, sort: (row) => row, cell: text((row) => connections.connection[row]) },
  ...(data.files.length > 1
    ? [{ name: texts.file, extra: true, width: 'minmax(6rem, 1fr)', sort: (row) => connections.file[row], cell: text((row) => data.files[connections.file[row]]) }]
    : []),
  { name: label('side', 'initiator'), width: 'minmax(9rem, 1.3fr)', sort: (row) => ends(row)[0], cell: text((row) => ends(row)[0]) },
  { name: label('side', 'responder'), width: 'minmax(8rem, 1.2fr)', sort: (row) => ends(row)[1], cell: text((row) => ends(row)[1]) },
  ...ofWords(texts.real_client, connections.real_client, 'minmax(9rem, 1fr)'),
  { name: texts.protocol, extra: true, width: '7.2rem', sort: protocol, cell: text(protocol) },
  ...ofWords(texts.server_name, connections['tls.server_name'], 'minmax(8rem, 1.2fr)'),
  { name: texts.start, extra: true, width: '6rem', number: true, sort: startOf, cell: text((row) => (startOf(row) / 1e9).toFixed(3)) },
  { name: texts.duration, width: '5rem', number: true, sort: (row) => connections.duration_ns[row], cell: text((row) => duration(connections.duration_ns[row])) },
  { name: texts.column_opened, width: '6.5rem', sort: (row) => word(connections['handshake.verdict'], row), cell: verdict('handshake') },
  { name: texts.round_trip, extra: true, width: '6.2rem', number: true, sort: (row) => connections['handshake.rtt_responder_ns'][row], cell: text((row) => duration(connections['handshake.rtt_responder_ns'][row])) },
  { name: texts.column_ended, width: '7.8rem', sort: (row) => word(connections['close.verdict'], row), cell: verdict('close') },
  { name: texts.by, width: '5.8rem', sort: (row) => word(connections['close.by'], row), cell: text((row) => told('by', word(connections['close.by'], row))) },
  { name: texts.cause, extra: true, width: 'minmax(10.5rem, 1fr)', sort: (row) => word(connections['close.cause'], row), cell: text(cause) },
  { name: texts.packets, extra: true, width: '5rem', number: true, sort: packets, cell: text((row) => grouped(packets(row))) },
  { name: texts.payload, extra: true, width: '5rem', number: true, sort: payload, cell: text((row) => bytes(payload(row))) },
  { name: texts.sent_again, extra: true, width: '6.2rem', number: true, sort: again, cell: text((row) => again(row) || '') },
  { name: 'HTTP', extra: true, width: 'minmax(8rem, 2fr)', sort: firstRequest, cell: text(firstRequest) },
];

const WORDS = [
  ['handshake', connections['handshake.verdict']],
  ['close', connections['close.verdict']],
  ['by', connections['close.by']],
  ['cause', connections['close.cause']],
  ['protocol', connections.protocol],
];
const AS_THEY_ARE = ['tls.version', 'tls.cipher', 'tls.server_name', 'tls.alpn', 'real_client', 'announced'].map((name) => connections[name]);

// What words are looked for in, made once: those of the data, and as people read them.
const haystacks = new Array(connections.connection.length);
function haystack(row) {
  haystacks[row] ??= [
    `#${connections.connection[row]}`,
    data.files.length > 1 ? data.files[connections.file[row]] : '',
    ...ends(row),
    ...WORDS.flatMap(([kind, column]) => [word(column, row), label(kind, word(column, row))]),
    ...AS_THEY_ARE.map((column) => word(column, row)),
    ...(transactionsOf.get(row) ?? []).slice(0, 20).map((index) => `${request(index)} ${transactions.status[index] ?? ''}`),
  ].join(' ').toLowerCase();
  return haystacks[row];
}

// The rows that match, as numbers.
function filtered({ words, handshake, close }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [];
  const opened = connections['handshake.verdict'];
  const ended = connections['close.verdict'];
  for (let row = 0; row < haystacks.length; row += 1) {
    if (handshake && word(opened, row) !== handshake) continue;
    if (close && word(ended, row) !== close) continue;
    if (wanted.length > 0 && !wanted.every((one) => haystack(row).includes(one))) continue;
    rows.push(row);
  }
  return rows;
}

// In the order of a column; what is not known comes last either way.
function inOrder(rows, column, descending) {
  const keys = new Map(rows.map((row) => [row, column.sort(row)]));
  const unknown = (key) => key === null || key === undefined || key === '';
  const compare = (one, other) => {
    const [a, b] = [keys.get(one), keys.get(other)];
    if (unknown(a) || unknown(b)) return Number(unknown(a)) - Number(unknown(b)) || one - other;
    const order = typeof a === 'string' ? (a < b ? -1 : a > b ? 1 : 0) : a - b;
    return (descending ? -order : order) || one - other;
  };
  return rows.slice().sort(compare);
}
