// The devices: a table of any length, labels, reputation.

/** What sorts, filters and picks devices, in the table and elsewhere. */
const FLEET = { rows: [], by: 'name', down: false, text: '', chosen: '' };

const COLUMNS = [
  { key: 'name', name: 'Device', width: 132, cell: (d) => d.name },
  { key: 'accuracy', name: 'Personal', width: 84, number: true, of: (d) => d.accuracy, cell: (d) => percent(d.accuracy), title: 'of its personal model; known when the run has ended' },
  { key: 'correct', name: 'Global, told', width: 104, number: true, of: (d) => d.correct, cell: (d) => percent(d.correct), title: 'right answers of the global model on its own samples, as its last profile told, noise included' },
  { key: 'samples', name: 'Samples', width: 84, number: true, of: (d) => d.samples, cell: (d) => whole(Math.round(real(d.samples))) },
  { key: 'group', name: 'Alike', width: 70, number: true, of: (d) => d.group, cell: (d) => (d.group === undefined ? '\u2013' : whole(d.group + 1)), title: 'group of devices that the last tests could not tell apart' },
  { key: 'trainedGroup', name: 'Group', width: 70, number: true, of: (d) => d.trainedGroup, cell: (d) => (d.trainedGroup === undefined ? '\u2013' : whole(d.trainedGroup + 1)), title: 'group that trains a model of its own' },
  { key: 'accepted', name: 'Let in', width: 70, number: true, of: (d) => d.accepted, cell: (d) => whole(d.accepted), title: 'swaps that it let in' },
  { key: 'rejected', name: 'Rejected', width: 80, number: true, of: (d) => d.rejected, cell: (d) => whole(d.rejected) },
  { key: 'expired', name: 'Expired', width: 76, number: true, of: (d) => d.expired, cell: (d) => whole(d.expired) },
  { key: 'received', name: 'Received', width: 84, number: true, of: (d) => d.received, cell: (d) => whole(d.received), title: 'samples that it may use through accepted swaps' },
  { key: 'given', name: 'Given', width: 76, number: true, of: (d) => d.given, cell: (d) => whole(d.given) },
  { key: 'quality', name: 'Quality', width: 76, number: true, of: (d) => d.quality, cell: (d) => fixed(d.quality, 2), title: 'reputation from outcomes, 0 to 1' },
  { key: 'reliability', name: 'Reliable', width: 78, number: true, of: (d) => d.reliability, cell: (d) => fixed(d.reliability, 2), title: 'share of leases kept and answers in time' },
  { key: 'epsilon', name: '\u03b5', width: 64, number: true, of: (d) => d.epsilon, cell: (d) => (d.epsilon === undefined ? '\u2013' : epsilon(d.epsilon)), title: 'spent on noised releases; known when the account is spent or the run has ended' },
  { key: 'alarms', name: 'Alarms', width: 70, number: true, of: (d) => d.alarms, cell: (d) => whole(d.alarms) },
  { key: 'faults', name: 'Faults', width: 66, number: true, of: (d) => d.faults, cell: (d) => whole(d.faults) },
  { key: 'differs', name: 'Differs in', width: 360, cell: (d) => d.differs || '' },
];
const ROW = 30;
const NAMES = new Intl.Collator('en', { numeric: true });

/** Devices as the reader wants them: filtered, sorted, what is unknown last. */
function arrange() {
  const wanted = FLEET.text.toLowerCase();
  const column = COLUMNS.find((c) => c.key === FLEET.by);
  const rows = [...track().devices.values()].filter((d) => !wanted || (d.name + ' ' + (d.differs || '')).toLowerCase().includes(wanted));
  const sign = FLEET.down ? -1 : 1;
  if (column.of) {
    const keys = new Map(rows.map((d) => [d, real(column.of(d))]));
    rows.sort((a, b) => {
      const x = keys.get(a);
      const y = keys.get(b);
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return sign * (x - y);
    });
  } else {
    rows.sort((a, b) => sign * NAMES.compare(column.cell(a), column.cell(b)));
  }
  FLEET.rows = rows;
}

function devicesSection(body) {
  const head = el('tr', {}, COLUMNS.map((c) => el('th', { scope: 'col', class: c.number ? 'n' : null, 'data-key': c.key, title: c.title },
    el('button', { type: 'button', onclick: () => sortBy(c.key) }, c.name))));
  const rows = el('tbody', {});
  const grid = el('table', { 'aria-label': 'Devices' }, el('colgroup', {}, COLUMNS.map((c) => {
    const col = el('col', {});
    col.style.width = c.width + 'px';
    return col;
  })), el('thead', {}, head), rows);
  const view = el('div', { class: 'rows', tabindex: '0', role: 'region', 'aria-label': 'Table of devices, scrolls' }, grid);
  const found = el('span', { role: 'status' });
  const place = either('No device is known by name: they are with the first profiles, and of each method\u2019s first seed when the run has ended.',
    el('div', { class: 'controls' }, el('input', { type: 'search', placeholder: 'device or difference', 'aria-label': 'Filter devices',
      oninput: (event) => { FLEET.text = event.target.value; view.scrollTop = 0; fleetChanged(); } }), found), view);
  let first = -1;

  /** The first row to be there: a few above those on the screen. */
  function top() {
    const room = Math.ceil(view.clientHeight / ROW);
    return Math.max(0, Math.min(Math.floor(view.scrollTop / ROW) - 6, FLEET.rows.length - room));
  }

  const pool = [];
  const above = space();
  const below = space();
  rows.append(above, below);

  /** Puts the rows there that are on the screen, and room for all others. Rows are used again. */
  function fill() {
    const from = top();
    const to = Math.min(FLEET.rows.length, from + Math.ceil(view.clientHeight / ROW) + 14);
    first = from;
    while (pool.length < to - from) pool.push(row());
    pool.forEach((one, i) => {
      if (i < to - from) {
        if (!one.node.isConnected) rows.insertBefore(one.node, below);
        one.show(FLEET.rows[from + i], from + i);
      } else {
        one.node.remove();
      }
    });
    above.firstChild.style.height = from * ROW + 'px';
    below.firstChild.style.height = (FLEET.rows.length - to) * ROW + 'px';
  }

  function space() {
    return el('tr', { class: 'space', 'aria-hidden': 'true' }, el('td', { colspan: COLUMNS.length }));
  }

  function row() {
    let device = null;
    const name = el('button', { type: 'button', onclick: () => chooseDevice(device.name) });
    const texts = COLUMNS.map((c) => (c.key === 'name' ? name.appendChild(document.createTextNode('')) : document.createTextNode('')));
    const cells = COLUMNS.map((c, i) => el('td', { class: c.number ? 'n' : null }, i === 0 ? name : texts[i]));
    const node = el('tr', { class: 'row' }, cells);
    return {
      node,
      show: (d, i) => {
        device = d;
        COLUMNS.forEach((c, k) => {
          const text = c.cell(d);
          if (texts[k].data !== text) texts[k].data = text;
        });
        const chosen = d.name === FLEET.chosen;
        node.className = chosen ? 'row chosen' : 'row';
        node.setAttribute('aria-rowindex', i + 2);
        name.setAttribute('aria-pressed', String(chosen));
        cells[cells.length - 1].title = d.differs || '';
      },
    };
  }

  function sortBy(key) {
    const column = COLUMNS.find((c) => c.key === key);
    FLEET.down = FLEET.by === key ? !FLEET.down : Boolean(column.number);
    FLEET.by = key;
    view.scrollTop = 0;
    fleetChanged();
  }

  let waiting = 0;
  view.addEventListener('scroll', () => {
    if (!waiting) waiting = requestAnimationFrame(() => {
      waiting = 0;
      if (top() !== first) fill();
    });
  }, { passive: true });
  body.append(say('Press a column to sort by it, a device to mark it in the map and to see its swaps alone.'), place.node);
  return () => {
    place.set(track().devices.size > 0);
    arrange();
    nameDevicesOnce();
    for (const th of head.children) {
      const sorted = th.dataset.key === FLEET.by;
      if (sorted) th.setAttribute('aria-sort', FLEET.down ? 'descending' : 'ascending');
      else th.removeAttribute('aria-sort');
      const column = COLUMNS.find((c) => c.key === th.dataset.key);
      th.firstChild.textContent = column.name + (sorted ? (FLEET.down ? ' \u25be' : ' \u25b4') : '');
    }
    grid.setAttribute('aria-rowcount', FLEET.rows.length + 1);
    found.textContent = count(FLEET.rows.length, 'device') + (FLEET.chosen ? ', marked: ' + FLEET.chosen : '');
    fill();
  };
}

/** The order or the choice of devices has changed, and what goes by it. */
function fleetChanged() {
  for (const id of ['devices', 'labels', 'map']) {
    const section = SECTIONS.find((s) => s.id === id);
    section.dirty = true;
    section.drawn = undefined;
  }
  wake();
}

function chooseDevice(name) {
  FLEET.chosen = FLEET.chosen === name ? '' : name;
  fleetChanged();
  showSwapsOf(FLEET.chosen);
}

let namedFor = 0;

function nameDevicesOnce() {
  if (namedFor !== track().devices.size) {
    namedFor = track().devices.size;
    nameDevices([...track().devices.keys()]);
  }
}

// ---- labels -------------------------------------------------------------------

const HEAT_ROWS = 30;

function labelsSection(body) {
  let page = 0;

  const shown = () => all().slice(page * HEAT_ROWS, (page + 1) * HEAT_ROWS).map((d) => Object.assign({ device: d.name }, d));
  const all = () => FLEET.rows.filter((d) => d.labels);
  const names = () => (all()[0] ? all()[0].labels.map((n, i) => labelName(i)) : []);
  const before = plot(500, (t) => heat(t, shown(), names(), (d) => positive(d.labels)), 'canvas');
  const after = plot(500, (t) => heat(t, shown(), names(), (d) => positive(d.labelsAfter || d.labels)), 'canvas');
  const words = say('');
  const where = el('span', { role: 'status' });
  const turn = (by) => () => { page += by; update(); };
  const back = el('button', { type: 'button', onclick: turn(-1) }, 'Earlier');
  const on = el('button', { type: 'button', onclick: turn(1) }, 'Later');
  const bar = el('i', {});
  const redraw = () => { bar.style.background = 'linear-gradient(90deg,' + theme().ramp.join(',') + ')'; };
  redraw();
  REDRAW_LEGENDS.add(redraw);
  const place = either('No profile has told what labels a device has.',
    el('div', { class: 'controls' }, back, on, where),
    el('div', { class: 'pair' }, el('div', {}, el('h3', {}, 'Before swaps'), before.node), el('div', {}, el('h3', {}, 'After swaps'), after.node)),
    el('div', { class: 'scale' }, '0\u202f%', bar, '100\u202f% of the device\u2019s samples (square-root scale)'));
  body.append(words, place.node);
  const update = () => {
    if (!FLEET.rows.length) arrange();
    const devices = all();
    place.set(devices.length > 0);
    if (!devices.length) return;
    page = Math.max(0, Math.min(page, Math.ceil(devices.length / HEAT_ROWS) - 1));
    const rows = shown();
    words.textContent = (devices[0].exact ? 'Share of each label in a device\u2019s own training data, and in its personal ledger with what swaps brought.'
      : 'Share of each label as the last profile of a device told, noise included, and an estimate with what swaps brought, spread evenly over the labels asked for.')
      + ' Rows are as the table of devices is sorted.' + shortening();
    where.textContent = 'devices ' + whole(page * HEAT_ROWS + 1) + ' to ' + whole(page * HEAT_ROWS + rows.length) + ' of ' + whole(devices.length);
    back.disabled = page === 0;
    on.disabled = (page + 1) * HEAT_ROWS >= devices.length;
    const height = 70 + rows.length * 15 + labelRoom(names());
    for (const one of [before, after]) one.node.style.height = height + 'px';
    const most = (key) => rows.slice(0, 5).map((d) => {
      const counts = d[key] || d.labels;
      return d.name + ' mostly ' + labelName(counts.indexOf(Math.max(...counts)));
    }).join(', ');
    before.show('Heat map of labels before swaps. ' + most('labels'));
    after.show('Heat map of labels after swaps. ' + most('labelsAfter'));
  };
  return update;
}

/** Noise makes counts below nothing; there are no such samples. */
function positive(counts) {
  return counts.map((n) => Math.max(0, n));
}

// ---- reputation ---------------------------------------------------------------

function reputationSection(body) {
  const known = () => [...track().devices.values()].filter((d) => d.quality !== undefined);
  const picture = plot(230, (t, width) => {
    const devices = known().sort((a, b) => b.quality - a.quality || NAMES.compare(a.name, b.name));
    return devices.length <= MOST_DEVICES
      ? bars(t, width, devices.map((d) => d.name), devices.map((d) => ({ value: d.quality, itemStyle: { color: t.series[0] } })), {
        max: 1, tip: (i) => 'quality ' + fixed(devices[i].quality, 2) + ', reliability ' + fixed(devices[i].reliability, 2) })
      : histogram(t, devices);
  });
  const place = either('No swap has been settled, so nobody has earned a reputation.', picture.node);
  const words = say('');
  body.append(words, place.node);
  return () => {
    const devices = known();
    nameDevicesOnce();
    place.set(devices.length > 0);
    words.textContent = 'How sources stand with the monitor: the lower 10\u202f% quantile of what receivers\u2019 outcomes say of them, from 0 to 1. It bounds what a source may give.'
      + (devices.length > MOST_DEVICES ? '' : shortening());
    if (devices.length) {
      const low = devices.reduce((a, b) => (a.quality <= b.quality ? a : b));
      picture.show('Reputation of ' + count(devices.length, 'source') + ': mean quality ' + fixed(mean(devices.map((d) => d.quality)), 2) + ', lowest ' + fixed(low.quality, 2) + ' of ' + low.name);
    }
  };
}

function histogram(t, devices) {
  const bins = new Array(20).fill(0);
  for (const d of devices) bins[Math.min(19, Math.floor(d.quality * 20))]++;
  const range = (i) => fixed(i / 20, 2) + ' to ' + fixed((i + 1) / 20, 2);
  return {
    grid: { left: 56, right: 18, top: 14, bottom: 46 },
    xAxis: axis(t, { type: 'category', data: bins.map((n, i) => fixed(i / 20, 2)), name: 'quality', nameLocation: 'middle', nameGap: 28, splitLine: { show: false } }),
    yAxis: valueAxis(t, (y) => whole(y), { minInterval: 1 }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (hits) => '<b>' + range(hits[0].dataIndex) + '</b><br>' + count(bins[hits[0].dataIndex], 'device') }),
    series: [{ type: 'bar', data: bins, barCategoryGap: '10%', itemStyle: { color: t.series[0] } }],
  };
}
