// What is where, and what happens when somebody does something.

const state = { words: '', handshake: '', close: '', column: TABLE[0], descending: false, chosen: null };

function tile(name, value, small) {
  const box = element('div');
  const told = element('dd', '', value);
  if (small) told.append(' ', element('small', '', small));
  box.append(element('dt', '', name), told);
  byId('tiles').append(box);
}

function summary() {
  const { counts } = data;
  const base = connections.start_ns.base;
  byId('captures').textContent = [
    data.files.length > 5 ? said(texts.captures, { count: data.files.length }) : data.files.join(texts.comma),
    base ? said(texts.from, { time: utc(base, firstStart) }) : texts.no_connections,
  ].join(' · ');
  tile(texts.tile_connections, grouped(counts.connections), base ? said(texts.within, { span: span(timeline.span) }) : '');
  tile(texts.segments, grouped(counts.packets), bytes(counts.bytes));
  tile(texts.closed, grouped(counts.outcome.closed));
  tile(texts.broken, grouped(counts.outcome.broken));
  tile(texts.open, grouped(counts.outcome.open));
  tile(texts.not_opened, grouped(counts.outcome['not-opened']), said(texts.refused_unanswered, { refused: grouped(counts.handshake.refused), unanswered: grouped(counts.handshake['no-answer']) }));
  tile(texts.sent_again, grouped(counts.retransmissions), said(texts.needless, { count: grouped(counts.spurious_retransmissions) }));
  const statuses = Object.entries(counts.http_status).map(([digit, count]) => said(texts.of_class, { class: `${digit}xx`, count: grouped(count) }));
  if (counts.http > 0) tile(texts.http_requests, grouped(counts.http), statuses.join(texts.comma));
  if (counts.gap_bytes > 0) tile(texts.not_captured, bytes(counts.gap_bytes));
  const { left_out: left } = data;
  if (left.connections + left.transactions > 0) {
    byId('left-out').hidden = false;
    byId('left-out').textContent = said(texts.left_out, { connections: grouped(left.connections), transactions: grouped(left.transactions) });
  }
}

// The verdicts with their counts; each filters the table.
function verdictList(place, select, counts, key) {
  const most = Math.max(1, ...Object.values(counts));
  for (const [name, count] of Object.entries(counts)) {
    if (count === 0) continue;
    select.append(new Option(label(key, name), name));
    const button = element('button');
    button.type = 'button';
    button.dataset.word = name;
    button.setAttribute('aria-pressed', 'false');
    const bar = element('span', 'bar');
    bar.style.width = `${(count / most) * 100}%`;
    button.append(element('span', '', label(key, name)), bar, element('span', 'count', grouped(count)));
    button.addEventListener('click', () => {
      state[key] = state[key] === name ? '' : name;
      select.value = state[key];
      refresh();
    });
    const item = element('li');
    item.append(button);
    place.append(item);
  }
  select.addEventListener('change', () => {
    state[key] = select.value;
    refresh();
  });
}

function refresh() {
  const rows = filtered(state);
  table.show(inOrder(rows, state.column, state.descending));
  if (state.chosen !== null) table.choose(state.chosen);
  byId('shown').textContent = said(rows.length === connections.connection.length ? texts.shown : texts.shown_of, { count: grouped(rows.length), all: grouped(connections.connection.length) });
  for (const [list, key] of [['handshakes', 'handshake'], ['closes', 'close']]) {
    for (const button of byId(list).querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.word === state[key]));
    }
  }
  for (const column of TABLE) {
    const order = column === state.column ? (state.descending ? 'descending' : 'ascending') : 'none';
    column.head.setAttribute('aria-sort', order);
    column.head.querySelector('button').textContent = column.name + { ascending: ' ▴', descending: ' ▾', none: '' }[order];
  }
  timeline.show(rows);
  roundTrips(byId('round-trips'), rows);
  state.rows = new Set(rows);
  showHttp();
}

function showHttp() {
  if (!waterfall) return;
  const only = byId('only-chosen').checked && state.chosen !== null;
  const indexes = [];
  transactions.row.forEach((row, index) => {
    if (only ? row === state.chosen : state.rows.has(row)) indexes.push(index);
  });
  waterfall.show(indexes);
}

function sortBy(column) {
  state.descending = state.column === column && !state.descending;
  state.column = column;
  refresh();
}

function facts(row) {
  const start = `${utc(connections.start_ns.base, connections.start_ns.plus[row])}`;
  const frames = said(texts.frames, { first: connections.first_frame[row], last: connections.last_frame[row] });
  const file = data.files.length > 1 ? `${data.files[connections.file[row]]} · ` : '';
  const speaks = protocol(row) ? ` · ${protocol(row)}` : '';
  return `${file}${frames} · ${start} · ${duration(connections.duration_ns[row])}${speaks}`;
}

// Draws a connection; a key also moves the focus there.
function open(row, byKey) {
  state.chosen = row;
  timeline.chosen = row;
  timeline.draw();
  const detail = byId('detail');
  const picture = new Picture(row);
  const close = element('button', 'close', '✕');
  close.type = 'button';
  close.setAttribute('aria-label', texts.close_connection);
  close.addEventListener('click', shut);
  const rules = element('details');
  rules.append(element('summary', '', said(texts.rules, { count: picture.rules.length })));
  const list = element('ul');
  for (const [id, name, frame] of picture.rules) {
    const item = element('li');
    item.append(element('b', '', id), ` ${said(texts.rule_in, { name, frame })}`);
    list.append(item);
  }
  rules.append(list);
  const protocols = element('dl');
  for (const [name, words] of picture.told) {
    if (name) protocols.append(element('dt', '', name));
    protocols.append(element('dd', '', words));
  }
  const [initiator, responder] = ends(row);
  detail.replaceChildren(
    close,
    element('h3', '', `#${connections.connection[row]}  ${initiator} → ${responder}`),
    element('p', '', picture.verdict),
    element('p', 'note', facts(row)),
    protocols,
    picture.svg,
    rules,
  );
  table.fit(beside.matches);
  detail.setAttribute('aria-label', said(texts.number_of_connection, { number: connections.connection[row] }));
  if (byId('only-chosen').checked) showHttp();
  if (byKey) detail.focus();
}

function shut() {
  byId('detail').replaceChildren();
  state.chosen = null;
  timeline.chosen = null;
  table.chosen = null;
  timeline.draw();
  table.fit(false);
  showHttp();
  table.grid.focus();
}

// The picture stands beside the table, as the style sheet has it.
const beside = matchMedia('(min-width: 1250px)');
beside.addEventListener('change', () => table.fit(beside.matches && state.chosen !== null));

const timeline = new Timeline(byId('timeline'), (row) => {
  table.choose(row);
  open(row, false);
});
const table = new List(byId('table'), texts.connections, TABLE, { height: 560, minWidth: `${TABLE.length * 7.2}rem`, opened: open, sorted: sortBy });
const waterfall = transactions.row.length > 0
  ? new Waterfall(byId('waterfall'), (row, byKey) => {
    table.choose(row);
    open(row, byKey);
  })
  : null;

for (const [name, meaning] of Object.entries(OUTCOMES)) {
  const item = element('li');
  const swatch = element('span', 'swatch');
  swatch.style.background = `var(--${name})`;
  item.append(swatch, meaning);
  byId('legend').append(item);
}

byId('http').hidden = waterfall === null;
byId('only-chosen').addEventListener('change', showHttp);
byId('words').addEventListener('input', () => {
  state.words = byId('words').value;
  refresh();
});
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('clear').addEventListener('click', () => {
  byId('filters').reset();
  Object.assign(state, { words: '', handshake: '', close: '' });
  refresh();
});
byId('detail').addEventListener('keydown', (event) => {
  if (event.key === 'Escape') shut();
});

verdictList(byId('handshakes'), byId('handshake-filter'), data.counts.handshake, 'handshake');
verdictList(byId('closes'), byId('close-filter'), data.counts.close, 'close');
summary();
refresh();
