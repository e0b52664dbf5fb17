// Lifetimes, round trips and the HTTP waterfall.

const OUTCOMES = { closed: texts.closed, open: texts.open, 'not-opened': texts.not_opened, broken: texts.broken };

const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// A bar for each connection, from its first to its last frame, coloured by its outcome.
class Timeline {
  constructor(canvas, chosen) {
    this.canvas = canvas;
    this.rows = [];
    this.chosen = null;
    this.span = connections.duration_ns.reduce((span, ns, row) => Math.max(span, startOf(row) + ns), 0);
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    canvas.addEventListener('click', (event) => {
      if (this.rows.length === 0) return;
      const at = Math.floor((event.offsetY / this.plot) * this.rows.length);
      chosen(this.rows[Math.max(0, Math.min(this.rows.length - 1, at))]);
    });
  }

  show(rows) {
    this.rows = rows.slice().sort((one, other) => startOf(one) - startOf(other));
    const counts = Object.keys(OUTCOMES).map((name) => `${this.count(name)} ${OUTCOMES[name]}`);
    this.canvas.setAttribute('aria-label', said(texts.lifetimes_of, { count: rows.length, span: span(this.span), outcomes: counts.join(texts.comma) }));
    this.draw();
  }

  count(name) {
    return this.rows.filter((row) => word(connections.outcome, row) === name).length;
  }

  draw() {
    const { canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = Math.max(90, Math.min(280, this.rows.length * 12 + 30));
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext('2d');
    pen.scale(scale, scale);
    pen.font = '11px system-ui, sans-serif';
    this.plot = height - 22;
    const whole = Math.max(1, this.span);
    const x = (ns) => 8 + (ns / whole) * (width - 16);
    this.axis(pen, x, whole, width);
    const lane = this.plot / Math.max(1, this.rows.length);
    const thick = Math.max(1, Math.min(10, lane * 0.75));
    // Where many share a pixel, what went wrong lies on top.
    for (const name of Object.keys(OUTCOMES)) {
      pen.fillStyle = colourOf(name);
      this.rows.forEach((row, index) => {
        if (word(connections.outcome, row) !== name) return;
        const start = x(startOf(row));
        const end = x(startOf(row) + connections.duration_ns[row]);
        pen.globalAlpha = this.chosen === null || this.chosen === row ? 1 : 0.5;
        pen.fillRect(start, index * lane + (lane - thick) / 2, Math.max(2, end - start), thick);
      });
    }
    pen.globalAlpha = 1;
  }

  axis(pen, x, whole, width) {
    const most = Math.max(2, Math.floor(width / 110));
    const power = 10 ** Math.floor(Math.log10(whole / most));
    const step = [1, 2, 5, 10].map((times) => times * power).find((one) => whole / one <= most);
    pen.strokeStyle = colourOf('rule');
    pen.fillStyle = colourOf('faint');
    for (let at = 0; at <= whole; at += step) {
      const here = Math.round(x(at)) + 0.5;
      pen.beginPath();
      pen.moveTo(here, 0);
      pen.lineTo(here, this.plot + 4);
      pen.stroke();
      const label = at === 0 ? '0' : span(Math.round(at));
      pen.fillText(label, Math.min(here, width - pen.measureText(label).width - 2), this.plot + 17);
    }
  }
}

const RTT_SIDES = ['responder', 'initiator'];

// How many handshakes had which round trip: four bars a decade.
function roundTrips(place, rows) {
  const bins = new Map();
  let [low, high, known] = [Infinity, -Infinity, 0];
  for (const row of rows) {
    RTT_SIDES.forEach((side, which) => {
      const rtt = connections[`handshake.rtt_${side}_ns`][row];
      if (rtt === null || rtt <= 0) return;
      const bin = Math.floor(Math.log10(rtt) * 4);
      if (!bins.has(bin)) bins.set(bin, [0, 0]);
      bins.get(bin)[which] += 1;
      [low, high, known] = [Math.min(low, bin), Math.max(high, bin), known + 1];
    });
  }
  if (known === 0) {
    place.replaceChildren(element('p', 'note', texts.no_round_trip));
    return;
  }
  // Never a lonely bar.
  while (high - low < 11) [low, high] = [low - 1, high + 1];
  const svg = drawn('svg', { viewBox: '0 0 440 200', role: 'img', 'aria-label': said(texts.distribution, { count: known }) });
  const most = Math.max(...[...bins.values()].flat());
  const width = 410 / (high - low + 1);
  for (let bin = low; bin <= high + 1; bin += 1) {
    const x = 15 + (bin - low) * width;
    if (bin % 4 === 0) {
      svg.append(drawn('line', { x1: x, x2: x, y1: 16, y2: 172 }));
      svg.append(drawn('text', { x, y: 188, 'text-anchor': 'middle' }, duration(10 ** (bin / 4)).replace(/\.0+ /, ' ')));
    }
    (bins.get(bin) ?? []).forEach((count, which) => {
      if (count === 0) return;
      const height = Math.max(2, (count / most) * 150);
      const bar = drawn('rect', { x: x + 1 + (which * width) / 2, y: 170 - height, width: Math.max(1, width / 2 - 1.5), height, rx: 1.5, class: `of-${RTT_SIDES[which]}` });
      const range = said(texts.range, { from: duration(10 ** (bin / 4)), to: duration(10 ** ((bin + 1) / 4)) });
      bar.append(drawn('title', {}, said(texts.round_trip_to, { count, side: label('side', RTT_SIDES[which]), range })));
      svg.append(bar);
    });
  }
  svg.append(drawn('line', { x1: 15, x2: 425, y1: 170.5, y2: 170.5 }));
  svg.append(drawn('text', { x: 15, y: 11 }, said(texts.most, { count: grouped(most) })));
  const legend = element('ul', 'legend');
  for (const side of RTT_SIDES) {
    const item = element('li');
    item.append(element('span', `swatch of-${side}`), said(texts.capture_point_to, { side: label('side', side) }));
    legend.append(item);
  }
  place.replaceChildren(legend, svg);
}

// When each request was sent, how long it waited and how long its response took.
class Waterfall {
  constructor(place, opened) {
    this.span = [0, 1];
    this.list = new List(place, texts.transactions, [
      { name: '#', width: '4.2rem', number: true, cell: text((index) => connections.connection[transactions.row[index]]) },
      { name: texts.request, width: 'minmax(10rem, 2fr)', cell: text(request) },
      ...(transactions.stream.length > 0 ? [{ name: texts.stream, width: '4rem', number: true, cell: text((index) => transactions.stream[index] ?? '') }] : []),
      { name: texts.status, width: '4rem', cell: text((index) => transactions.status[index] ?? '') },
      { name: texts.state, width: '6rem', cell: text((index) => label('message', word(transactions.state, index))) },
      { name: texts.body, width: '5rem', number: true, cell: text((index) => bytes(transactions.response_body_len[index] ?? 0)) },
      { name: texts.wait, width: '5rem', number: true, cell: text((index) => duration(transactions['facts.wait_ns'][index])) },
      { name: texts.time, width: 'minmax(12rem, 4fr)', cell: (index, cell) => this.track(index, cell) },
    ], { height: 420, minWidth: '56rem', opened: (index, byKey) => opened(transactions.row[index], byKey) });
  }

  // Of the request, the response's begin and its end, from the first connection's start on.
  times(index) {
    const from = (name) => {
      const column = transactions[`facts.${name}`];
      const plus = column.plus[index];
      return plus === null ? null : plus + Number(BigInt(column.base || 0) - BigInt(connections.start_ns.base || 0)) - firstStart;
    };
    return [from('request.first_ns'), from('response.first_ns'), from('response.last_ns')];
  }

  track(index, cell) {
    const [asked, began, ended] = this.times(index);
    const track = element('div', 'track');
    const [first, last] = this.span;
    const percent = (ns) => ((ns - first) / Math.max(1, last - first)) * 100;
    const bar = (className, from, to) => {
      const made = element('i', className);
      made.style.left = `${Math.min(99.5, percent(from))}%`;
      made.style.width = `${Math.max(0, percent(to) - percent(from))}%`;
      track.append(made);
    };
    if (asked !== null && began !== null) bar('wait', asked, began);
    if (began !== null && ended !== null) bar('transfer', began, ended);
    if (asked !== null && began === null) bar('missed', asked, asked);
    cell.append(track);
    cell.title = asked === null ? '' : said(began === null ? texts.sent_unanswered : texts.sent_answered, { time: seconds(asked), wait: duration(began - asked) });
  }

  show(indexes) {
    const times = indexes.flatMap((index) => this.times(index)).filter((ns) => ns !== null);
    this.span = [times.reduce((a, b) => Math.min(a, b), Infinity), times.reduce((a, b) => Math.max(a, b), -Infinity)];
    if (times.length === 0) this.span = [0, 1];
    this.list.show(indexes);
  }
}
