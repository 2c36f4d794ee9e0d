// Who gave to whom, who differs, and why each order was made.

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
