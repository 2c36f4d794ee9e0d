// Drawings of devices and swaps, which pages share.

/** Devices drawn one by one; with more, marks would run together. */
const MOST_DEVICES = 120;

/** What all names of devices begin with; drawings leave it out. */
let NAME_PREFIX = '';

function nameDevices(names) {
  let prefix = names.length < 2 ? '' : names[0];
  for (const name of names) {
    while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  }
  prefix = prefix.replace(/[0-9]+$/, '');
  NAME_PREFIX = prefix.length > 2 && names.every((name) => name.length > prefix.length) ? prefix : '';
}

function bareName(name) {
  return name.startsWith(NAME_PREFIX) ? name.slice(NAME_PREFIX.length) : name;
}

function shortName(name) {
  const rest = bareName(name);
  return rest.length > 14 ? rest.slice(0, 13) + '\u2026' : rest;
}

function shortening() {
  return NAME_PREFIX ? ' Names stand without their \u201c' + NAME_PREFIX + '\u201d.' : '';
}

function deviceAxis(t, width, names) {
  const skip = Math.max(0, Math.ceil((13 * names.length) / (width - 70)) - 1);
  const long = names.some((name) => shortName(name).length > 3);
  return axis(t, {
    type: 'category', data: names, splitLine: { show: false },
    axisLabel: { color: t.soft, fontSize: 10.5, rotate: long || skip ? 90 : 0,
      interval: skip, formatter: shortName },
  });
}

function bottomOf(names) {
  const longest = Math.max(1, ...names.map((name) => shortName(name).length));
  return longest > 3 ? 20 + longest * 6.2 : 30;
}

function bars(t, width, names, data, more) {
  return {
    grid: { left: 46, right: 12, top: 18, bottom: bottomOf(names) },
    xAxis: deviceAxis(t, width, names),
    yAxis: axis(t, { type: 'value', max: more.max, interval: more.max === 1 ? 0.25 : undefined, splitNumber: 4 }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', axisPointer: { type: 'shadow' },
      formatter: (hits) => '<b>' + escapeHtml(names[hits[0].dataIndex]) + '</b><br>' + more.tip(hits[0].dataIndex) }),
    series: [{ type: 'bar', barMaxWidth: 14, data,
      markLine: more.line ? { silent: true, symbol: 'none', precision: -1, data: [{ yAxis: more.line }], label: { show: false },
        lineStyle: { color: t.soft, type: [2, 4] } } : undefined }],
  };
}

// ---- labels ------------------------------------------------------------------------

function labelRoom(labels) {
  const longest = Math.max(...labels.map((l) => Math.min(14, l.length)));
  return longest > 3 ? longest * 6 - 10 : 0;
}

function heat(t, rows, labels, pick) {
  const data = [];
  rows.forEach((d, y) => {
    const counts = pick(d).map(real);
    const all = sum(counts) || 1;
    // The square root keeps small shares, which matter to a device, apart from none.
    counts.forEach((n, x) => data.push([x, y, Math.sqrt(n / all), n, n / all]));
  });
  const longest = Math.max(...rows.map((d) => shortName(d.device).length));
  return {
    grid: { left: 12 + longest * 6.4, right: 6, top: 4, bottom: 34 + labelRoom(labels) },
    xAxis: axis(t, { type: 'category', data: labels, splitLine: { show: false }, axisLabel: {
      color: t.soft, fontSize: 11, interval: labels.length > 30 ? 'auto' : 0, rotate: labelRoom(labels) ? 60 : 0,
      formatter: (l) => (l.length > 14 ? l.slice(0, 13) + '\u2026' : l) } }),
    yAxis: axis(t, { type: 'category', inverse: true, data: rows.map((d) => d.device), splitLine: { show: false },
      axisLabel: { color: t.soft, fontSize: rows.length > 50 ? 9 : 10, interval: rows.length > 50 ? 'auto' : 0, formatter: shortName } }),
    visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: t.ramp } },
    tooltip: Object.assign(TOOLTIP(t), { formatter: (hit) => '<b>' + escapeHtml(rows[hit.value[1]].device) + '</b><br>'
      + escapeHtml(labels[hit.value[0]]) + ': ' + whole(hit.value[3]) + ' samples, ' + percent(hit.value[4]) }),
    // Progressive drawing would stop half way on a page that is printed or captured at once.
    series: [{ type: 'heatmap', progressive: 0, data, itemStyle: { borderColor: t.card, borderWidth: 1 },
      emphasis: { itemStyle: { borderColor: t.ink, borderWidth: 1.5 } } }],
  };
}

// ---- swaps ------------------------------------------------------------------

const OUTCOMES = {
  accepted: { dash: 'solid', bend: 0.12, tag: 'tag good' },
  rejected: { dash: [6, 4], bend: 0.22, tag: 'tag bad' },
  expired: { dash: [2, 3], bend: 0.32, tag: 'tag expired' },
  open: { dash: [9, 3, 2, 3], bend: 0.4, tag: 'tag' },
};

function graphOption(t, width, details, hidden) {
  const given = new Map();
  for (const e of details.edges) {
    for (const name of [e.source, e.receiver]) if (!given.has(name)) given.set(name, 0);
    if (e.outcome === 'accepted') given.set(e.source, given.get(e.source) + e.samples);
  }
  const names = [...given.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const index = new Map(names.map((name, i) => [name, i]));
  const most = Math.max(1, ...given.values());
  const heaviest = Math.max(1, ...details.edges.map((e) => e.samples));
  const crowded = names.length > (width < 560 ? 60 : 120);
  return {
    tooltip: Object.assign(TOOLTIP(t), { formatter: (hit) => {
      if (hit.dataType === 'node') {
        const name = names[hit.dataIndex];
        const own = details.edges.filter((e) => e.receiver === name && e.outcome === 'accepted');
        return '<b>' + escapeHtml(name) + '</b><br>' + whole(given.get(name)) + ' samples given, '
          + whole(sum(own.map((e) => e.samples))) + ' received in accepted swaps';
      }
      const e = hit.data.edge;
      return '<b>' + escapeHtml(e.source) + ' \u2192 ' + escapeHtml(e.receiver) + '</b><br>' + escapeHtml(e.outcome)
        + ': ' + count(e.orders, 'order') + ', ' + whole(e.samples) + ' samples';
    } }),
    series: [{
      type: 'graph', layout: 'circular', circular: { rotateLabel: true }, roam: false,
      left: width < 560 ? 50 : 80, right: width < 560 ? 50 : 80, top: 55, bottom: 55,
      edgeSymbol: ['none', 'arrow'], edgeSymbolSize: 6,
      label: { show: !crowded, position: 'right', color: t.soft, fontSize: 11, formatter: (p) => shortName(names[p.dataIndex]) },
      // Ids, not names: two devices may share a shortened name, none shares its index.
      data: names.map((name, i) => ({ id: String(i), name, symbolSize: 6 + 14 * Math.sqrt(given.get(name) / most),
        itemStyle: { color: t.soft, borderColor: t.card, borderWidth: 1 } })),
      links: details.edges.filter((e) => !hidden.has(e.outcome)).map((e) => ({
        source: String(index.get(e.source)), target: String(index.get(e.receiver)), edge: e,
        lineStyle: { color: t[e.outcome] || t.open, type: OUTCOMES[e.outcome] ? OUTCOMES[e.outcome].dash : 'solid',
          curveness: OUTCOMES[e.outcome] ? OUTCOMES[e.outcome].bend : 0.1, opacity: e.outcome === 'accepted' ? 0.5 : 0.42,
          width: 0.6 + 3.2 * Math.sqrt(e.samples / heaviest) } })),
      emphasis: { focus: 'adjacency', label: { color: t.ink, fontWeight: 'bold' }, lineStyle: { opacity: 0.95 } },
    }],
  };
}

function outcomeOf(order) {
  return order.settled ? order.settled.outcome : 'open';
}

function sentence(text) {
  return /[.!?]$/.test(text) ? text : text + '.';
}

/** @param act what can be done about an order, a node; or nothing */
function ordersTable(orders, act) {
  const names = ['Order', 'Round', 'Receiver', 'Source', 'By', 'Samples', 'Deficit', 'Covered', 'Similarity', 'Reputation', 'Loss', 'Outcome'];
  const numeric = new Set(['Order', 'Round', 'Samples', 'Deficit', 'Covered', 'Similarity', 'Reputation', 'Loss']);
  const body = el('tbody', {});
  for (const order of orders) {
    const { ordered: o, settled: s, revoked } = order;
    const end = s ? s.outcome : 'open';
    const loss = s && s.lossWith !== null && s.lossWithout !== null ? fixed(s.lossWithout, 3) + ' \u2192 ' + fixed(s.lossWith, 3) : '\u2013';
    const cells = [whole(o.order), whole(o.round), o.receiver, o.source, o.exchange, whole(o.samples), percent(o.deficit, 0),
      percent(o.coverage, 0), fixed(o.similarity, 2), fixed(o.reputation, 2), loss,
      [el('span', { class: (OUTCOMES[end] || OUTCOMES.open).tag }, end), ' ', revoked ? el('span', { class: 'tag bad' }, 'revoked') : '']];
    body.append(
      el('tr', { class: 'main' }, cells.map((c, i) => el('td', { class: numeric.has(names[i]) ? 'n' : 'l' }, c))),
      el('tr', { class: 'sub' }, el('td', { colspan: names.length }, el('div', { class: 'why' },
        sentence(o.why) + (o.labels.length ? ' Labels: ' + o.labels.join(', ') + '.' : '') + (s && s.reason ? ' Outcome: ' + sentence(s.reason) : '')
        + (revoked ? ' Its lease was revoked in round ' + whole(revoked) + '.' : ''), act ? act(order) : ''))));
  }
  return el('div', { class: 'scroll' }, el('table', {},
    el('thead', {}, el('tr', {}, names.map((n) => el('th', { class: numeric.has(n) ? 'n' : null, scope: 'col' }, n)))), body));
}

// ---- advice -----------------------------------------------------------------------

const VERDICTS = {
  YES: ['yes', 'tag good'], NO: ['no', 'tag bad'], CANNOT_TELL: ['cannot tell', 'tag expired'],
};

/** What it answers, and what to run next. */
function answers(advice) {
  return el('div', { class: 'answers' },
    table([
      { name: 'Question', tight: true, cell: (a) => a.question },
      { name: 'Answer', tight: true, cell: (a) => el('span', { class: VERDICTS[a.verdict][1] }, VERDICTS[a.verdict][0]) },
      { name: 'Because', cell: (a) => a.text },
    ], advice.answers),
    el('h3', {}, 'Run next: ' + advice.next),
    el('p', {}, advice.why),
    el('pre', { class: 'command' }, advice.command));
}

function intervalCell(interval) {
  return interval === null ? '\u2013'
    : points(interval.mean) + ' [' + points(interval.low) + ', ' + points(interval.high) + ']';
}

/** What it rests on: a sentence, and a table of the methods that were run. */
function adviceLines(advice, score) {
  return [
    say('Personal ' + score + ' in the last round, mean over devices and seeds; gains in points with 99\u202f% intervals over devices and seeds, of which five hold together at 95\u202f%. Groups build on one model for all, swaps on ' + advice.base + '.'),
    table([
      { name: 'Method', tight: true, cell: (m) => m.method },
      { name: 'Personal', number: true, cell: (m) => percent(m.score) },
      { name: 'Over training alone', number: true, cell: (m) => intervalCell(m.overLocal) },
      { name: 'Over what it builds on', number: true, cell: (m) => intervalCell(m.overBase) },
      { name: 'Ahead from round', number: true, cell: (m) => whole(m.aheadFrom) },
      { name: 'Bytes moved', number: true, cell: (m) => bytes(m.bytes) },
      { name: 'Largest \u03b5', number: true, cell: (m) => epsilon(m.epsilon) },
    ], advice.methods, (m) => (m.method === advice.next ? 'chosen' : null)),
  ];
}
