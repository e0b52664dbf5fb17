// The picture of a connection: lifelines, arrows, states; the same as `synfin ladder --svg` draws.

const PAPER = { width: 800, times: 88, frames: 128, lifelines: [246, 662], slope: 7 };
const MIDDLE = (PAPER.lifelines[0] + PAPER.lifelines[1]) / 2;
const OPENING = ['SYN-SENT', 'SYN-RECEIVED'];
const OVER = ['CLOSED', 'LISTEN', 'unknown'];

function stateClass(state) {
  if (OVER.includes(state)) return 'over';
  if (OPENING.includes(state)) return 'opening';
  return state === 'ESTABLISHED' ? 'open' : 'closing';
}

// Chinese, and the marks of its sentences, are twice as wide as others.
const WIDE = /[\u3000-\u303f\u3400-\u9fff\uff00-\uff60]/g;
const columns = (words) => words.length + (words.match(WIDE) ?? []).length;

// Lines of about so many columns, broken at spaces and between Chinese characters, but not before a mark.
function wrapped(words, most) {
  const lines = [''];
  for (const one of words.match(/ ?(?:[\u3400-\u9fff]|[^ \u3000-\u9fff\uff00-\uff60]+|.)[\u3000-\u303f\uff00-\uff60]*/g) ?? []) {
    const line = lines[lines.length - 1] + one;
    if (columns(line) <= most || lines[lines.length - 1] === '') lines[lines.length - 1] = line;
    else lines.push(one.trimStart());
  }
  return lines.filter(Boolean);
}

class Picture {
  constructor(row) {
    const [begins, lines, rules, verdict, told] = pictureOf(row);
    this.svg = drawn('svg', { class: 'ladder', role: 'img' });
    this.states = begins.map((index) => shared[index]);
    this.y = 20;
    this.header(ends(row));
    for (const line of lines) this.line(line);
    this.y += 8;
    for (const side of [0, 1]) this.lifelineUntil(side, this.y);
    this.svg.setAttribute('viewBox', `0 0 ${PAPER.width} ${this.y + 4}`);
    this.svg.prepend(drawn('title', {}, said(texts.connection_verdict, { number: connections.connection[row], verdict })));
    this.rules = rules.map(([id, name, frame]) => [shared[id], shared[name], frame]);
    this.verdict = verdict;
    this.told = told.map(([label, words]) => [shared[label], words]);
  }

  text(x, y, className, words) {
    const made = drawn('text', { x, y, class: className }, words);
    this.svg.append(made);
    return made;
  }

  header(endpoints) {
    ['initiator', 'responder'].forEach((name, side) => {
      const width = Math.max(endpoints[side].length * 7.8, 90) + 40;
      const left = Math.min(Math.max(PAPER.lifelines[side] - width / 2, 4), PAPER.width - width - 4);
      this.svg.append(drawn('rect', { x: left, y: this.y, width, height: 44, rx: 8, class: 'host' }));
      this.text(left + width / 2, this.y + 18, 'middle role', label('side', name));
      this.text(left + width / 2, this.y + 35, 'middle end', endpoints[side]);
    });
    this.text(PAPER.times, this.y + 35, 'last head', texts.seconds);
    this.text(PAPER.frames, this.y + 35, 'last head', texts.frame);
    this.y += 44;
    this.since = [this.y, this.y];
    for (const side of [0, 1]) this.pill(side, this.y + 20);
    this.y += 40;
  }

  lifelineUntil(side, y) {
    const x = PAPER.lifelines[side];
    this.svg.append(drawn('line', { x1: x, x2: x, y1: this.since[side], y2: y, class: `life ${stateClass(this.states[side])}` }));
    this.since[side] = y;
  }

  pill(side, y) {
    const state = this.states[side];
    const name = label('state', state);
    const width = columns(name) * 7.5 + 16;
    const x = side === 0 ? PAPER.lifelines[0] - 10 - width : PAPER.lifelines[1] + 10;
    this.svg.append(drawn('rect', { x, y: y - 9, width, height: 18, rx: 9, class: `pill ${stateClass(state)}` }));
    this.text(x + width / 2, y + 4, `middle state ${stateClass(state)}`, name);
  }

  line([code, frame, time, delay, step, label, seq, ack, len, note, initiator, responder, className]) {
    const kind = code & 7;
    const [right, repeats, last] = [8, 16, 32].map((bit) => (code & bit) !== 0);
    const look = shared[className];
    let words = shared[label];
    if (seq !== null) words += ` seq ${seq}`;
    if (ack !== null) words += ` ack ${ack}`;
    if (len > 0) words += ` len ${len}`;
    const notes = wrapped(shared[note], 62);
    if (kind >= 3) {
      if (kind === 3) this.times(frame, time, delay, this.y + 17);
      this.pause(words, kind === 3 ? 38 : 30);
      this.notes(notes, look);
      return;
    }
    const baseline = this.y + 16;
    const made = this.text(MIDDLE, baseline, `middle label ${look}`, words);
    if (shared[step]) made.prepend(drawn('tspan', { class: 'step' }, `${shared[step]} `));
    this.times(frame, time, delay, baseline);
    const y = this.y + 22;
    const from = kind === 2 ? Number(!right) : Number(right);
    this.arrow({ from, onPath: kind === 2 && !last, y, dashed: repeats || kind > 0, lost: kind === 1 || (kind === 0 && last), look });
    [initiator, responder].forEach((state, side) => {
      if (state === 0) return;
      const at = side === from ? y : y + PAPER.slope;
      this.lifelineUntil(side, at);
      this.states[side] = shared[state];
      this.pill(side, at);
    });
    this.y += 22 + PAPER.slope + 4;
    this.notes(notes, look);
    this.y += 9;
  }

  times(frame, time, delay, baseline) {
    if (frame !== null) {
      this.text(PAPER.times, baseline, 'last time', seconds(time));
      this.text(PAPER.frames, baseline, 'last frame', frame);
    }
    if (delay !== null) this.text(PAPER.times, baseline + 14, 'last delay', `+${duration(delay)}`);
  }

  notes(notes, look) {
    for (const note of notes) {
      this.text(MIDDLE, this.y + 11, `middle note ${look}`, note);
      this.y += 15;
    }
  }

  pause(words, height) {
    const width = Math.min(columns(words) * 7 + 28, PAPER.lifelines[1] - PAPER.lifelines[0] - 8);
    this.svg.append(drawn('rect', { x: MIDDLE - width / 2, y: this.y + 3, width, height: 22, rx: 11, class: 'pause' }));
    this.text(MIDDLE, this.y + 18, 'middle run', words);
    for (const side of [0, 1]) {
      const x = PAPER.lifelines[side];
      this.lifelineUntil(side, this.y + 4);
      this.svg.append(drawn('line', { x1: x, x2: x, y1: this.y + 4, y2: this.y + 26, class: 'life break' }));
      this.since[side] = this.y + 26;
    }
    this.y += height;
  }

  arrow({ from, onPath, y, dashed, lost, look }) {
    const begin = onPath ? MIDDLE : PAPER.lifelines[from];
    const end = PAPER.lifelines[1 - from];
    const way = Math.sign(end - begin);
    const shaft = `arrow${dashed ? ' dashed' : ''} ${look}`;
    if (lost) {
      const x = begin + ((end - begin) * 2) / 3;
      const tip = y + (PAPER.slope * 2) / 3;
      this.svg.append(drawn('line', { x1: begin, y1: y, x2: x, y2: tip, class: shaft }));
      this.svg.append(drawn('path', { d: `M${x - 6} ${tip - 6}L${x + 6} ${tip + 6}M${x - 6} ${tip + 6}L${x + 6} ${tip - 6}`, class: 'cross' }));
      return;
    }
    const tip = y + PAPER.slope;
    const base = end - 10 * way;
    if (onPath) this.svg.append(drawn('circle', { cx: begin, cy: y, r: 4, class: `tip ${look}` }));
    this.svg.append(drawn('line', { x1: begin, y1: y, x2: base, y2: tip, class: shaft }));
    this.svg.append(drawn('path', { d: `M${end} ${tip}L${base} ${tip - 5}L${base} ${tip + 5}Z`, class: `tip ${look}` }));
  }
}
