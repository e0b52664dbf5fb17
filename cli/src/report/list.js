// A list of any length: only the rows that are seen are there. One element has the focus, and names the row that
// the keys move.

const ROW = 28;
const BEYOND = 8;
let listNumber = 0;

class List {
  // columns: [{ name, width, number, extra, sort, cell(row, element) }], the extra ones only where there is room;
  // sorted(column) where the heads are buttons.
  constructor(place, label, columns, { height, minWidth, opened, sorted }) {
    this.all = columns;
    this.columns = columns;
    this.opened = opened;
    this.rows = [];
    this.active = -1;
    this.chosen = null;
    this.id = `list${listNumber++}`;
    this.minWidth = minWidth;

    this.grid = element('div', 'grid');
    this.grid.setAttribute('role', 'grid');
    this.grid.setAttribute('aria-label', label);
    this.grid.tabIndex = 0;
    const sideways = element('div', 'sideways');
    const inner = element('div');
    this.inner = inner;
    inner.append(this.heads(sorted));
    this.body = element('div', 'body');
    this.body.setAttribute('role', 'rowgroup');
    this.body.tabIndex = -1;
    this.height = height;
    this.spacer = element('div');
    this.spacer.setAttribute('role', 'presentation');
    this.body.append(this.spacer);
    inner.append(this.body);
    sideways.append(inner);
    this.grid.append(sideways);
    place.append(this.grid);
    this.fit(false);

    this.body.addEventListener('scroll', () => this.draw());
    this.grid.addEventListener('keydown', (event) => this.key(event));
    this.body.addEventListener('click', (event) => {
      const row = event.target.closest('.row');
      if (!row) return;
      this.active = Number(row.dataset.index);
      this.open(false);
    });
  }

  heads(sorted) {
    const heads = element('div', 'heads');
    this.headsRow = heads;
    heads.setAttribute('role', 'row');
    for (const column of this.all) {
      const head = element('div', column.number ? 'number' : '');
      head.setAttribute('role', 'columnheader');
      if (sorted && column.sort) {
        const button = element('button', '', column.name);
        button.type = 'button';
        button.addEventListener('click', () => sorted(column));
        head.setAttribute('aria-sort', 'none');
        head.append(button);
      } else {
        head.append(element('span', '', column.name));
      }
      column.head = head;
      heads.append(head);
    }
    return heads;
  }

  // With little room the extra columns go.
  fit(narrow) {
    this.columns = this.all.filter((column) => !(narrow && column.extra));
    this.template = this.columns.map((column) => column.width).join(' ');
    this.inner.style.minWidth = narrow ? '0' : this.minWidth;
    this.headsRow.style.gridTemplateColumns = this.template;
    for (const column of this.all) column.head.hidden = !this.columns.includes(column);
    this.draw();
  }

  show(rows) {
    this.rows = rows;
    this.grid.setAttribute('aria-rowcount', String(rows.length + 1));
    this.spacer.style.height = `${rows.length * ROW}px`;
    this.body.style.height = `${Math.min(this.height, Math.max(rows.length, 1) * ROW)}px`;
    this.active = Math.min(this.active, rows.length - 1);
    this.body.scrollTop = 0;
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.body.scrollTop / ROW) - BEYOND);
    const end = Math.min(this.rows.length, Math.ceil((this.body.scrollTop + this.body.clientHeight) / ROW) + BEYOND);
    const rows = [];
    for (let index = first; index < end; index += 1) rows.push(this.row(index));
    this.body.replaceChildren(this.spacer, ...rows);
    const active = this.active >= first && this.active < end;
    if (active) this.grid.setAttribute('aria-activedescendant', `${this.id}-${this.active}`);
    else this.grid.removeAttribute('aria-activedescendant');
  }

  row(index) {
    const row = element('div', index === this.active ? 'row active' : 'row');
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', String(index + 2));
    row.setAttribute('aria-selected', String(this.rows[index] === this.chosen));
    row.id = `${this.id}-${index}`;
    row.dataset.index = String(index);
    row.style.top = `${index * ROW}px`;
    row.style.gridTemplateColumns = this.template;
    for (const column of this.columns) {
      const cell = element('div', column.number ? 'number' : '');
      cell.setAttribute('role', 'gridcell');
      column.cell(this.rows[index], cell);
      row.append(cell);
    }
    return row;
  }

  key(event) {
    // A head's button has its own keys.
    if (event.target !== this.grid && event.target !== this.body) return;
    const page = Math.max(1, Math.floor(this.body.clientHeight / ROW) - 1);
    const last = this.rows.length - 1;
    const moves = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: last,
    };
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.open(true);
    } else if (event.key in moves && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.moveTo(Math.max(0, Math.min(last, moves[event.key])));
    }
  }

  moveTo(index) {
    if (this.rows.length === 0) return;
    this.active = index;
    const top = index * ROW;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    const bottom = top + ROW - this.body.clientHeight;
    if (bottom > this.body.scrollTop) this.body.scrollTop = bottom;
    this.draw();
  }

  open(byKey) {
    if (this.active < 0 || this.active >= this.rows.length) return;
    this.choose(this.rows[this.active]);
    this.opened(this.chosen, byKey);
  }

  // Marks a row, and brings it into sight where it is among those shown.
  choose(row) {
    this.chosen = row;
    const index = this.rows.indexOf(row);
    if (index >= 0) this.moveTo(index);
    else this.draw();
  }
}
