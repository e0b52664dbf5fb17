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
    data.files.length > 5 ? `${data.files.length} captures` : data.files.join(', '),
    base ? `from ${utc(base, firstStart)}` : 'no TCP connections',
  ].join(' · ');
  document.title = `synfin: ${data.files.length === 1 ? data.files[0] : `${data.files.length} captures`}`;
  tile('connections', grouped(counts.connections), base ? `in ${span(timeline.span)}` : '');
  tile('segments', grouped(counts.packets), bytes(counts.bytes));
  tile('closed in order', grouped(counts.outcome.closed));
  tile('reset or given up', grouped(counts.outcome.broken));
  tile('open at the end', grouped(counts.outcome.open));
  tile('never opened', grouped(counts.outcome['not-opened']), `${grouped(counts.handshake.refused)} refused, ${grouped(counts.handshake['no-answer'])} unanswered`);
  tile('sent again', grouped(counts.retransmissions), `${grouped(counts.spurious_retransmissions)} needless`);
  const statuses = Object.entries(counts.http_status).map(([digit, count]) => `${digit}xx: ${grouped(count)}`);
  if (counts.http > 0) tile('HTTP requests', grouped(counts.http), statuses.join(', '));
  if (counts.gap_bytes > 0) tile('not captured', bytes(counts.gap_bytes));
  const { left_out: left } = data;
  if (left.connections + left.transactions > 0) {
    byId('left-out').hidden = false;
    byId('left-out').textContent = `For want of room this page leaves out ${grouped(left.connections)} connections and ${grouped(left.transactions)} HTTP transactions; the numbers above count them.`;
  }
}

// The verdicts with their counts; each filters the table.
function verdictList(place, select, counts, key) {
  const most = Math.max(1, ...Object.values(counts));
  for (const [name, count] of Object.entries(counts)) {
    if (count === 0) continue;
    select.append(new Option(name, name));
    const button = element('button');
    button.type = 'button';
    button.dataset.word = name;
    button.setAttribute('aria-pressed', 'false');
    const bar = element('span', 'bar');
    bar.style.width = `${(count / most) * 100}%`;
    button.append(element('span', '', name), bar, element('span', 'count', grouped(count)));
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
  byId('shown').textContent = rows.length === connections.connection.length ? `${grouped(rows.length)} connections` : `${grouped(rows.length)} of ${grouped(connections.connection.length)} connections`;
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
  const frames = `frames ${connections.first_frame[row]}-${connections.last_frame[row]}`;
  const file = data.files.length > 1 ? `${data.files[connections.file[row]]} · ` : '';
  return `${file}${frames} · ${start} · ${duration(connections.duration_ns[row])}`;
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
  close.setAttribute('aria-label', 'Close the connection');
  close.addEventListener('click', shut);
  const rules = element('details');
  rules.append(element('summary', '', `${picture.rules.length} rules`));
  const list = element('ul');
  for (const [id, name, frame] of picture.rules) {
    const item = element('li');
    item.append(element('b', '', id), ` ${name}, frame ${frame}`);
    list.append(item);
  }
  rules.append(list);
  const [initiator, responder] = ends(row);
  detail.replaceChildren(
    close,
    element('h3', '', `#${connections.connection[row]}  ${initiator} → ${responder}`),
    element('p', '', picture.verdict),
    element('p', 'note', facts(row)),
    picture.svg,
    rules,
  );
  table.fit(beside.matches);
  detail.setAttribute('aria-label', `Connection ${connections.connection[row]}`);
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
const table = new List(byId('table'), 'Connections', TABLE, { height: 560, minWidth: '99rem', opened: open, sorted: sortBy });
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
