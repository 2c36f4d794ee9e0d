// What a run says round by round: curves, bytes, privacy, faults.

/** A chart that says in words what it shows. */
function plot(height, option, renderer) {
  const node = chart(height, option, renderer);
  node.setAttribute('role', 'img');
  return {
    node,
    show: (words) => {
      node.setAttribute('aria-label', words);
      const entry = [...CHARTS].find((e) => e.node === node);
      if (entry && node.isConnected) draw(entry);
    },
  };
}

/** Shows one of two: what there is, or that there is nothing yet. */
function either(text, ...nodes) {
  const nothing = empty(text);
  const all = el('div', { hidden: '' }, nodes);
  return { node: el('div', {}, nothing, all), set: (there) => { nothing.hidden = there; all.hidden = !there; } };
}

const ACROSS = [['round', 'round'], ['simulatedSeconds', 'time'], ['bytes', 'bytes moved']];
const ACROSS_FORMAT = { round: whole, simulatedSeconds: seconds, bytes };

function across(round, by) {
  return by === 'bytes' ? moved(round.bytes) : round[by];
}

function roundAxis(t, width, by, name) {
  return axis(t, {
    type: 'value', min: by === 'round' ? 1 : 0, max: 'dataMax', name, nameLocation: 'middle', nameGap: 28,
    minInterval: by === 'round' ? 1 : 0, splitLine: { show: false }, splitNumber: width < 500 ? 4 : 8,
    axisLabel: { color: t.soft, fontSize: 11.5, hideOverlap: true, formatter: (x) => ACROSS_FORMAT[by](x) },
  });
}

function valueAxis(t, format, more) {
  return axis(t, Object.assign({ type: 'value', axisLabel: { color: t.soft, fontSize: 11.5, formatter: format } }, more));
}

// ---- learning curves ----------------------------------------------------------

const MEASURES = [['personalAccuracy', 'Personal, mean'], ['worstDecile', 'Worst tenth'], ['globalAccuracy', 'Global']];

function curvesSection(body) {
  let by = 'round';
  const hidden = new Set();
  const legend = el('div', { class: 'legend' });
  const picture = plot(360, (t, width) => curves(t, width, by, hidden));
  const place = either('No round has ended yet.', legend, picture.node);
  const redraw = () => {
    const others = RUN.tracks.length > 1 ? ['other methods and seeds'] : [];
    legend.replaceChildren(...MEASURES.map(([, name]) => name).concat(others).map((name, i) => el('button', {
      type: 'button', 'aria-pressed': String(!hidden.has(name)),
      onclick: () => {
        if (!hidden.delete(name)) hidden.add(name);
        update();
      },
    }, swatch(i < 3 ? theme().series[i] : theme().soft, dashAttribute(DASHES[i % 4]), i === 0 ? 3.5 : 2), name)));
  };
  const update = () => {
    const last = lastRound();
    place.set(Boolean(last));
    redraw();
    picture.show(last ? 'Learning curves over ' + count(track().rounds.length, 'round') + '. In round ' + last.round + ', mean personal '
      + score() + ' ' + percent(last.personalAccuracy) + ', worst tenth ' + percent(last.worstDecile) + ', global model ' + percent(last.globalAccuracy) + '.' : '');
  };
  REDRAW_LEGENDS.add(redraw);
  body.append(say('The band lies between the mean over devices and the mean over their worst tenth. Press a name to hide or show its line.'),
    el('div', { class: 'controls' }, segments('against', ACROSS, by, (v) => { by = v; update(); })), place.node);
  return update;
}

function curves(t, width, by, hidden) {
  const rounds = track().rounds;
  const name = by === 'simulatedSeconds' ? times() + ' time' : ACROSS.find((a) => a[0] === by)[1];
  const known = rounds.filter((r) => !Number.isNaN(real(r.personalAccuracy)) && !Number.isNaN(real(r.worstDecile)));
  const series = [];
  if (!hidden.has('Worst tenth') && !hidden.has('Personal, mean') && known.length > 1) {
    series.push({
      type: 'custom', silent: true, z: 1, data: [[across(known[0], by), known[0].personalAccuracy]], tooltip: { show: false },
      renderItem: (params, api) => ({
        type: 'polygon', style: { fill: t.series[0], opacity: 0.13 },
        shape: { points: known.map((r) => api.coord([across(r, by), r.personalAccuracy]))
          .concat(known.slice().reverse().map((r) => api.coord([across(r, by), r.worstDecile]))) },
      }),
    });
  }
  MEASURES.forEach(([key, title], i) => {
    if (hidden.has(title)) return;
    series.push({
      name: title, type: 'line', showSymbol: rounds.length < 3, symbolSize: 6, z: 5 - i, sampling: 'lttb',
      data: rounds.map((r) => [across(r, by), real(r[key])]), itemStyle: { color: t.series[i] },
      lineStyle: { width: i ? 1.8 : 3, type: DASHES[i], color: t.series[i] },
    });
  });
  if (!hidden.has('other methods and seeds')) {
    RUN.tracks.forEach((other, i) => {
      if (i === RUN.shown || !other.rounds.length) return;
      series.push({
        name: RUN.head.tracks[i].method + ', seed ' + RUN.head.tracks[i].seed, type: 'line', showSymbol: false, z: 0,
        data: other.rounds.map((r) => [across(r, by), real(r.personalAccuracy)]), itemStyle: { color: t.soft },
        lineStyle: { width: 1, type: DASHES[3], color: t.soft, opacity: 0.6 },
      });
    });
  }
  return {
    grid: { left: 52, right: 18, top: 14, bottom: 46 },
    xAxis: roundAxis(t, width, by, name),
    yAxis: valueAxis(t, (y) => percent(y, 0), { scale: true }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', formatter: (hits) => lines(hits, name + ' ' + ACROSS_FORMAT[by](hits[0].value[0]), percent) }),
    series,
  };
}

function lines(hits, title, format) {
  return '<b>' + escapeHtml(title) + '</b>' + hits.filter((h) => h.seriesType !== 'custom').map((h) =>
    '<br>' + h.marker + escapeHtml(h.seriesName) + ' <b style="float:right;margin-left:18px">' + format(h.value[1]) + '</b>').join('');
}

// ---- bytes --------------------------------------------------------------------

const KINDS = [
  ['model', 'global models and updates'], ['visit', 'visits and trials'], ['fetched', 'fetched samples'],
  ['pointer', 'pointers, leases, orders'], ['profile', 'profiles and outcomes'],
];

function bytesSection(body) {
  const legend = el('div', { class: 'legend' });
  const redraw = () => legend.replaceChildren(...KINDS.map(([, name], i) => el('span', { class: 'scale' }, swatch(theme().series[i], null, 9), name)));
  REDRAW_LEGENDS.add(redraw);
  redraw();
  const picture = plot(260, (t, width) => ({
    grid: { left: 66, right: 18, top: 14, bottom: 46 },
    xAxis: axis(t, { type: 'category', data: track().rounds.map((r) => r.round), name: 'round', nameLocation: 'middle', nameGap: 28, splitLine: { show: false } }),
    yAxis: valueAxis(t, (y) => bytes(y)),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', formatter: (hits) => '<b>until round ' + escapeHtml(hits[0].name) + '</b>' + hits.map((h) =>
      '<br>' + h.marker + escapeHtml(h.seriesName) + ' <b style="float:right;margin-left:18px">' + bytes(h.value) + '</b>').join('') }),
    series: KINDS.map(([key, name], i) => ({ name, type: 'line', stack: 'moved', showSymbol: false, areaStyle: { opacity: 0.55 },
      lineStyle: { width: 1, color: t.series[i] }, itemStyle: { color: t.series[i] }, data: track().rounds.map((r) => r.bytes[key]) })),
  }));
  const figures = el('div', {});
  const place = either('No round has ended yet.', legend, picture.node, figures);
  body.append(say('Payload that crossed the network since the start. Cache hits did not move; \u201cas copies\u201d is what raw copies of every swapped sample would have cost instead.'), place.node);
  return () => {
    const last = lastRound();
    place.set(Boolean(last));
    if (!last) return;
    const rows = KINDS.map(([key, name]) => [name, last.bytes[key]]).concat([['moved in all', moved(last.bytes)], ['cache hits', last.bytes.cacheHit], ['as copies', last.bytes.asCopies]]);
    picture.show('Bytes moved by kind, until round ' + last.round + ': ' + rows.map(([name, n]) => name + ' ' + bytes(n)).join(', '));
    figures.replaceChildren(el('dl', {}, rows.map(([name, n]) => el('div', {}, el('dt', {}, name), el('dd', {}, bytes(n))))));
  };
}

// ---- privacy ------------------------------------------------------------------

function privacySection(body) {
  const account = () => (setting('epsilon') === undefined ? NaN : real(setting('epsilon')));
  const picture = plot(220, (t, width) => ({
    grid: { left: 52, right: 18, top: 14, bottom: 46 },
    xAxis: roundAxis(t, width, 'round', 'round'),
    yAxis: axis(t, { type: 'value', min: 0, max: Number.isFinite(account()) ? account() * 1.08 : undefined,
      axisLabel: { color: t.soft, fontSize: 11.5, showMaxLabel: !Number.isFinite(account()), formatter: (y) => fixed(y, 1) } }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', formatter: (hits) => lines(hits, 'round ' + hits[0].value[0], epsilon) }),
    series: [{ name: 'largest \u03b5', type: 'line', showSymbol: track().rounds.length < 3, data: track().rounds.map((r) => [r.round, Number.isFinite(real(r.epsilonMax)) ? real(r.epsilonMax) : NaN]),
      lineStyle: { width: 2.5, color: t.series[0] }, itemStyle: { color: t.series[0] },
      markLine: Number.isFinite(account()) ? { silent: true, symbol: 'none', data: [{ yAxis: account() }], lineStyle: { color: t.soft, type: [2, 4] },
        label: { position: 'insideEndTop', color: t.soft, fontSize: 11.5, formatter: 'account of each device ' + epsilon(account()) } } : undefined }],
  }));
  const words = say('');
  const spent = el('div', {});
  body.append(words, picture.node, el('h3', {}, 'Accounts that were spent'), spent);
  return () => {
    const last = lastRound();
    const finite = last && Number.isFinite(real(last.epsilonMax));
    picture.node.hidden = !finite;
    words.textContent = !last ? 'No round has ended yet.'
      : finite ? 'Largest \u03b5 that any device has spent, at \u03b4 = 1e-5.'
        : 'Some releases have no noise, so the largest \u03b5 is infinite: whoever sees those must be trusted. What noised releases alone have cost each device stands in the table of devices once the run has ended.';
    if (finite) picture.show('Largest epsilon of any device: ' + epsilon(last.epsilonMax) + ' after round ' + last.round);
    const accounts = track().notices.filter((n) => n.kind === 'account');
    spent.replaceChildren(accounts.length ? newest(accounts, track().noticed.account, [
      { name: 'Round', number: true, cell: (n) => whole(n.round) },
      { name: 'Device', tight: true, cell: (n) => n.device },
      { name: 'Release that was refused', cell: (n) => n.purpose },
      { name: '\u03b5 spent', number: true, cell: (n) => epsilon(n.epsilon) },
    ]) : empty('No device has spent its whole account.'));
  };
}

/** A table of what was noticed, the newest first. */
function newest(notices, all, columns) {
  const shown = notices.slice(-12).reverse();
  return el('div', {}, table(columns, shown), all > shown.length ? say('The newest ' + shown.length + ' of ' + whole(all) + ' are shown; all are in events.jsonl.') : null);
}

// ---- drift --------------------------------------------------------------------

function driftSection(body) {
  const place = el('div', {});
  body.append(say('Devices whose scores say that what they meet has changed. Alarms start nothing.'), place);
  return () => {
    const alarms = track().notices.filter((n) => n.kind === 'drift');
    place.replaceChildren(alarms.length ? newest(alarms, track().noticed.drift, [
      { name: 'Round', number: true, cell: (n) => whole(n.round) },
      { name: 'Device', tight: true, cell: (n) => n.device },
      { name: 'Changed since round', number: true, cell: (n) => whole(n.since) },
      { name: 'Score before', number: true, cell: (n) => percent(n.before) },
      { name: 'Score after', number: true, cell: (n) => percent(n.after) },
    ]) : empty('No alarm. Alarms come in streams (--course stream) alone.'));
  };
}

// ---- faults -------------------------------------------------------------------

function faultsSection(body) {
  const picture = plot(180, (t, width) => ({
    grid: { left: 52, right: 18, top: 14, bottom: 46 },
    xAxis: roundAxis(t, width, 'round', 'round'),
    yAxis: valueAxis(t, (y) => whole(y), { min: 0, minInterval: 1 }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', formatter: (hits) => lines(hits, 'round ' + hits[0].value[0], whole) }),
    series: [['updates folded', (r) => r.cohort], ['orders expired', (r, before) => r.swaps.expired - (before ? before.swaps.expired : 0)]].map(([name, pick], i) => ({
      name, type: 'line', step: 'middle', showSymbol: track().rounds.length < 3, itemStyle: { color: t.series[i] },
      lineStyle: { width: i ? 1.8 : 2.5, type: DASHES[i], color: t.series[i] },
      data: track().rounds.map((r, n) => [r.round, pick(r, track().rounds[n - 1])]) })),
  }));
  const legend = el('div', { class: 'legend' });
  const redraw = () => legend.replaceChildren(...['updates folded', 'orders expired'].map((name, i) =>
    el('span', { class: 'scale' }, swatch(theme().series[i], dashAttribute(DASHES[i])), name)));
  REDRAW_LEGENDS.add(redraw);
  redraw();
  const chartPlace = either('No round has ended yet.', legend, picture.node);
  const place = el('div', {});
  body.append(say('A round in which fewer updates fold than before lost devices, or chose fewer. An order expires that was not answered in time. Which devices are away, the orchestrator says in its own lines.'),
    chartPlace.node, el('h3', {}, 'What servers ignored'), place);
  return () => {
    const last = lastRound();
    chartPlace.set(Boolean(last));
    if (last) picture.show('Updates folded in round ' + last.round + ': ' + last.cohort + '. Orders expired in all: ' + last.swaps.expired);
    const ignored = track().notices.filter((n) => n.kind === 'ignored');
    place.replaceChildren(ignored.length ? newest(ignored, track().noticed.ignored, [
      { name: 'Round', number: true, cell: (n) => whole(n.round) },
      { name: 'Device', tight: true, cell: (n) => n.device },
      { name: 'What it sent', cell: (n) => n.what },
    ]) : empty('No device has sent what it had no right to send.'));
  };
}
