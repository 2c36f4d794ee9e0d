// Who gave to whom, who differs, and why each order was made.

const OUTCOMES = {
  accepted: { dash: 'solid', bend: 0.12, tag: 'tag good' },
  rejected: { dash: [6, 4], bend: 0.22, tag: 'tag bad' },
  expired: { dash: [2, 3], bend: 0.32, tag: 'tag expired' },
  open: { dash: [9, 3, 2, 3], bend: 0.4, tag: 'tag' },
};

function noSwaps() {
  return METHODS.get(chosen).swaps.ordered > 0
    ? 'events.jsonl holds no orders of ' + chosen + ' in its first seed.'
    : chosen + ' orders no swaps.';
}

// ---- graph ------------------------------------------------------------------

function graphSection(body) {
  const details = DETAILS.get(chosen);
  if (!details || !details.edges.length) {
    body.append(empty(noSwaps()));
    return;
  }
  const hidden = new Set();
  const legend = el('div', { class: 'legend' });
  const totals = {};
  for (const e of details.edges) totals[e.outcome] = (totals[e.outcome] || 0) + e.orders;
  const canvas = chart(600, (t, width) => graphOption(t, width, details, hidden));
  const redraw = () => {
    legend.replaceChildren(...Object.keys(OUTCOMES).filter((o) => totals[o]).map((outcome) => el('button', {
      type: 'button', 'aria-pressed': String(!hidden.has(outcome)),
      onclick: () => {
        if (!hidden.delete(outcome)) hidden.add(outcome);
        redraw();
      },
    }, swatch(theme()[outcome], dashAttribute(OUTCOMES[outcome].dash)), outcome + ' (' + whole(totals[outcome]) + ')')));
    const entry = [...CHARTS].find((e) => e.node === canvas);
    if (entry && entry.instance) draw(entry);
  };
  REDRAW_LEGENDS.add(redraw);
  redraw();
  body.append(say('Arrows run from source to receiver; width grows with the samples ordered over the run (first seed), a node with what it gave. '
    + 'Point at a device to see its own swaps; click an outcome to hide it.'
    + (details.edgesLeftOut ? ' The ' + details.edges.length + ' heaviest of ' + whole(details.edges.length + details.edgesLeftOut) + ' pairs are drawn.' : '')
    + shortening()), legend, canvas);
}

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

// ---- groups and outliers ------------------------------------------------------

function differencesSection(body) {
  const details = DETAILS.get(chosen);
  const c = details && details.compared;
  if (!c) {
    body.append(empty('No comparison of profiles stands in events.jsonl: under ' + chosen + ' no profiles were compared.'));
    return;
  }
  body.append(say('From the profiles of round ' + whole(c.round) + ' (first seed). The tests take the noise of the profiles into account; taken together they name a difference where there is none with probability '
    + percent(c.errorRate) + ' at most.' + shortening()));
  body.append(el('h3', {}, 'These devices differ, in this, by this much'));
  if (c.outliers.length) {
    body.append(table([
      { name: 'Device', tight: true, cell: (o) => o.device },
      { name: 'Differs in', tight: true, cell: (o) => o.component },
      { name: 'By (0 to 1)', number: true, cell: (o) => fixed(o.distance, 2) },
      { name: 'p, corrected', number: true, cell: (o) => (o.pValue < 0.0001 ? '< 0.0001' : fixed(o.pValue, 4)) },
      { name: 'How', cell: (o) => o.detail },
    ], c.outliers.slice(0, 60)));
    if (c.outliers.length > 60) body.append(say('60 of ' + whole(c.outliers.length) + ' are shown.'));
  } else {
    body.append(empty('The tests named no device that differs from the rest. With noisy profiles that is no proof that none does.'));
  }
  body.append(el('h3', {}, 'Groups that the tests could not tell apart'));
  const groups = c.groups.slice(0, 20);
  body.append(el('ul', { class: 'groups' }, groups.map((g, i) => el('li', {},
    el('b', {}, 'Group ' + (i + 1) + ': ' + count(g.length, 'device')),
    g.slice(0, 60).map(bareName).join(', ') + (g.length > 60 ? ' and ' + whole(g.length - 60) + ' more' : '')))));
  if (c.groups.length > groups.length) body.append(say('The ' + groups.length + ' largest of ' + whole(c.groups.length) + ' groups are shown.'));
}

// ---- orders -------------------------------------------------------------------

const PAGE = 25;

function outcomeOf(order) {
  return order.settled ? order.settled.outcome : 'open';
}

function ordersSection(body) {
  const details = DETAILS.get(chosen);
  if (!details || !details.orders.length) {
    body.append(empty(noSwaps()));
    return;
  }
  let text = '';
  let outcome = '';
  let limit = PAGE;
  const place = el('div', {});
  const fill = () => {
    const wanted = text.toLowerCase();
    const hits = details.orders.filter((o) => (!outcome || outcomeOf(o) === outcome)
      && (!wanted || (o.ordered.receiver + ' ' + o.ordered.source + ' ' + o.ordered.exchange + ' ' + o.ordered.labels.join(' ')
        + ' ' + o.ordered.why + ' ' + (o.settled ? o.settled.reason : '')).toLowerCase().includes(wanted)));
    const more = hits.length - limit;
    place.replaceChildren(
      hits.length ? ordersTable(hits.slice(0, limit)) : empty('No order matches.'),
      say(whole(Math.min(limit, hits.length)) + ' of ' + whole(hits.length) + ' matching orders are shown.'
        + (details.ordersLeftOut ? ' ' + whole(details.ordersLeftOut) + ' later orders are not in this page; they are in events.jsonl.' : '')),
      more > 0 ? el('button', { type: 'button', class: 'more-rows', onclick: () => { limit += 100; fill(); } }, 'Show ' + Math.min(100, more) + ' more') : '');
  };
  const present = [...new Set(details.orders.map(outcomeOf))].sort();
  body.append(say('Why each swap was ordered, and what came of it (first seed). Losses are the receiver\u2019s own, on its held-out share; a live fleet never reveals them.'),
    el('div', { class: 'controls' },
      el('input', { type: 'search', placeholder: 'device, label or reason', 'aria-label': 'Filter orders',
        oninput: (event) => { text = event.target.value; limit = PAGE; fill(); } }),
      el('select', { 'aria-label': 'Outcome', onchange: (event) => { outcome = event.target.value; limit = PAGE; fill(); } },
        el('option', { value: '' }, 'every outcome'), present.map((o) => el('option', { value: o }, o)))),
    place);
  fill();
}

function ordersTable(orders) {
  const names = ['Order', 'Round', 'Receiver', 'Source', 'By', 'Samples', 'Deficit', 'Covered', 'Similarity', 'Reputation', 'Loss', 'Outcome'];
  const numeric = new Set(['Order', 'Round', 'Samples', 'Deficit', 'Covered', 'Similarity', 'Reputation', 'Loss']);
  const body = el('tbody', {});
  for (const { ordered: o, settled: s } of orders) {
    const end = s ? s.outcome : 'open';
    const loss = s && s.lossWith !== null && s.lossWithout !== null ? fixed(s.lossWithout, 3) + ' \u2192 ' + fixed(s.lossWith, 3) : '\u2013';
    const cells = [whole(o.order), whole(o.round), o.receiver, o.source, o.exchange, whole(o.samples), percent(o.deficit, 0),
      percent(o.coverage, 0), fixed(o.similarity, 2), fixed(o.reputation, 2), loss,
      el('span', { class: (OUTCOMES[end] || OUTCOMES.open).tag }, end)];
    body.append(
      el('tr', { class: 'main' }, cells.map((c, i) => el('td', { class: numeric.has(names[i]) ? 'n' : 'l' }, c))),
      el('tr', { class: 'sub' }, el('td', { colspan: names.length },
        o.why + (o.labels.length ? ' Labels: ' + o.labels.join(', ') + '.' : '') + (s && s.reason ? ' Outcome: ' + s.reason : ''))));
  }
  return el('div', { class: 'scroll' }, el('table', {},
    el('thead', {}, el('tr', {}, names.map((n) => el('th', { class: numeric.has(n) ? 'n' : null, scope: 'col' }, n)))), body));
}
