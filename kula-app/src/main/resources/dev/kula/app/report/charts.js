// Headline figures, the table of methods, learning curves and bytes.

const METHODS = new Map(SUMMARY.methods.map((m) => [m.name, m]));
const DETAILS = new Map(DATA.details.map((d) => [d.method, d]));
const COMPARISONS = new Map(SUMMARY.comparisons.map((c) => [c.method, c]));

/** The method that the details are of: the planned swaps if they ran, else the last that swapped. */
function firstChoice() {
  const swapping = SUMMARY.methods.filter((m) => m.swaps.ordered > 0);
  const planned = swapping.find((m) => /deficit/i.test(m.name));
  return (planned || swapping[swapping.length - 1] || SUMMARY.methods[SUMMARY.methods.length - 1]).name;
}

let chosen = firstChoice();

function style(t, name) {
  const index = [...METHODS.keys()].indexOf(name);
  return {
    colour: t.series[index % t.series.length],
    dash: DASHES[Math.floor(index / 2) % DASHES.length],
  };
}

function gains(method) {
  return method.devices.map((d) => real(d.accuracy) - real(d.accuracyWithoutSwaps));
}

/** 'better', 'worse', 'open' (interval spans zero) or 'unknown' (no interval). */
function verdict(comparison) {
  const low = real(comparison.low);
  const high = real(comparison.high);
  if (Number.isNaN(low) || Number.isNaN(high)) return 'unknown';
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'open';
}

function intervalText(comparison) {
  const kind = verdict(comparison);
  if (kind === 'unknown') return 'one seed: no interval';
  return points(comparison.low) + ' to ' + points(comparison.high);
}

// ---- headline ---------------------------------------------------------------

function tile(name, figure, more) {
  return el('div', { class: 'tile' },
    el('div', { class: 'name' }, name),
    el('div', { class: 'figure' }, figure),
    el('div', { class: 'more' }, more));
}

/** Whether devices keep the verdicts of their gates to themselves. */
function untold(swaps) {
  return swaps.ordered > swaps.accepted + swaps.rejected + swaps.expired;
}

function tiles() {
  const m = METHODS.get(chosen);
  const p = m.personalAccuracy;
  const change = gains(m);
  const better = change.filter((g) => g > 1e-9).length;
  const worse = change.filter((g) => g < -1e-9).length;
  const swapBytes = m.bytes.pointer + m.bytes.fetched + m.bytes.visit;
  const eps = m.epsilon;
  const reached = !Number.isNaN(real(m.roundsToTarget));
  return el('div', { class: 'tiles' },
    tile('Personal ' + SCORE + ', mean', percent(p.mean),
      'sd over devices ' + fixed(p.sd * 100, 1) + ' points; best round ' + percent(m.bestPersonalAccuracy)),
    tile('Worst tenth of the devices', percent(p.worstDecile), 'mean over them, last round'),
    tile('Global model', m.globalAccuracy === null ? '\u2013' : percent(m.globalAccuracy), ELSEWHERE ? 'on the example' : 'on a class-balanced test set'),
    tile('Gain from swaps', change.length ? points(mean(change)) : '\u2013',
      change.length
        ? (change.some(Number.isNaN) ? 'devices keep it to themselves' : 'points; ' + count(better, 'device') + ' better, ' + whole(worse) + ' worse, '
          + whole(change.length - better - worse) + ' unchanged')
        : 'no device figures in the summary'),
    tile('To the target of ' + percent(SUMMARY.targetAccuracy),
      reached ? whole(m.roundsToTarget) + ' rounds'
        : Number.isNaN(real(SUMMARY.targetAccuracy)) ? '\u2013' : 'not reached',
      reached
        ? seconds(m.simulatedSecondsToTarget) + ' ' + TIMES
        : 'in ' + whole(m.rounds) + ' rounds, ' + seconds(m.simulatedSeconds) + ' ' + TIMES),
    tile('Bytes moved', bytes(moved(m.bytes)),
      bytes(swapBytes) + ' pointers, fetched samples, visits and trials; raw copies: ' + bytes(m.bytes.asCopies)),
    tile('Largest \u03b5', epsilon(eps.max),
      eps.withoutNoise.length
        ? 'no noise on: ' + eps.withoutNoise.join(', ') + (real(eps.noised) > 0 ? '. Noised releases alone: ' + epsilon(eps.noised) : '. No release had noise.')
        : 'every release had noise; mean ' + epsilon(eps.mean)),
    tile('Swaps let in', untold(m.swaps) ? '\u2013' : whole(m.swaps.accepted),
      untold(m.swaps) ? 'of ' + whole(m.swaps.ordered) + ' ordered; what came of them, devices tell with noise alone'
        : m.swaps.ordered === 0 ? 'this method orders none'
        : 'of ' + whole(m.swaps.ordered) + ' ordered; ' + whole(m.swaps.rejected) + ' rejected, '
        + whole(m.swaps.expired) + ' expired'));
}

function headline() {
  const d = SUMMARY.data;
  const seeds = SUMMARY.methods[0].seeds;
  const seedText = seeds.length === 1 ? 'seed ' + seeds[0] : count(seeds.length, 'seed') + ' a method';
  const parts = [
    el('h1', {}, COMPARE ? count(SUMMARY.methods.length, 'method') + ' side by side on ' + d.name
      : SUMMARY.methods[0].name + ' on ' + d.name),
    el('p', { class: 'lead' },
      (ELSEWHERE
        ? [d.task, count(d.devices, 'device') + ' with data of their own', 'an example of ' + count(d.samples, 'sample'), seedText]
        : [d.task, whole(d.samples) + ' samples', count(d.devices, 'device'),
          whole(d.base) + ' base samples', seedText]).join(' \u00b7 ')),
  ];
  const c = COMPARISONS.get(chosen);
  if (COMPARE && c) {
    const end = {
      better: 'the interval lies above zero.',
      worse: 'the interval lies below zero.',
      open: 'the interval spans zero, so the two are not shown to differ.',
      unknown: 'with one seed there is no interval, and nothing can be said about chance.',
    }[verdict(c)];
    parts.push(el('p', { class: 'verdict' },
      el('b', {}, c.method), ': ' + points(c.meanDifference) + ' points of personal ' + SCORE + ' against ',
      el('b', {}, c.reference),
      (verdict(c) === 'unknown' ? '; ' : ' (95\u202f% interval ' + intervalText(c) + '); ') + end));
  }
  return parts;
}

// ---- table of methods -------------------------------------------------------

function withDeviation(method, pick, value) {
  if (value === null) return '\u2013';
  const sd = deviation(method.perSeed.map(pick));
  return [percent(value), el('span', { class: 'sd' }, Number.isNaN(sd) ? '' : '\u00b1\u202f' + fixed(sd * 100, 1))];
}

/** How far the axis of differences goes: one method far off must not squeeze the others together. */
function reachOf(comparisons) {
  const ends = comparisons.map((c) => Math.max(...[c.meanDifference, c.low, c.high].map((v) => Math.abs(real(v) || 0))))
    .sort((a, b) => a - b);
  const middle = ends[Math.floor((ends.length - 1) / 2)];
  return Math.max(0.001, ...ends.filter((e) => e <= 4 * middle));
}

/** The interval as a line through zero's axis; an arrow where it runs off the axis. */
function forest(comparison, reach) {
  const space = 'http://www.w3.org/2000/svg';
  const half = 120;
  const make = (tag, attributes) => {
    const node = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return node;
  };
  const x = (v) => half + (half - 10) * Math.max(-1.05, Math.min(1.05, real(v) / reach));
  const kind = verdict(comparison);
  const colour = kind === 'better' ? 'var(--good)' : kind === 'worse' ? 'var(--bad)' : 'var(--soft)';
  const svg = make('svg', { width: 2 * half, height: 18, role: 'img', 'aria-label': intervalText(comparison) });
  svg.append(make('line', { x1: half, x2: half, y1: 0, y2: 18, stroke: 'var(--soft)', 'stroke-width': 1, 'stroke-dasharray': '2 2' }));
  const middle = real(comparison.meanDifference);
  if (Math.abs(middle) > reach * 1.02) {
    const end = x(middle);
    const back = middle < 0 ? 9 : -9;
    svg.append(make('path', { d: 'M' + end + ' 9l' + back + ' -5v10z', fill: colour }));
    return svg;
  }
  if (kind !== 'unknown') {
    svg.append(make('line', {
      x1: x(comparison.low), x2: x(comparison.high), y1: 9, y2: 9, stroke: colour, 'stroke-width': 2.5 }));
  }
  svg.append(make('circle', {
    cx: x(middle), cy: 9, r: 4.5, stroke: colour, 'stroke-width': 2,
    fill: kind === 'open' || kind === 'unknown' ? 'var(--card)' : colour }));
  return svg;
}

function methodsSection(body) {
  const many = SUMMARY.methods[0].seeds.length > 1;
  body.append(say(
    'Last round' + (many ? ', mean \u00b1 standard deviation over the seeds' : '')
    + '. Every method had the same split, seeds, labels and base data. Rounds and ' + TIMES + ' time: to '
    + percent(SUMMARY.targetAccuracy) + ' (' + SUMMARY.targetRule + '); \u2013 unless every seed got there.'));
  body.append(table([
    { name: 'Method', tight: true, cell: (m) => m.name },
    { name: 'Personal, mean', number: true, cell: (m) => withDeviation(m, (s) => s.personalAccuracy, m.personalAccuracy.mean) },
    { name: 'Worst tenth', number: true, cell: (m) => withDeviation(m, (s) => s.worstDecile, m.personalAccuracy.worstDecile) },
    { name: 'Best round', number: true, cell: (m) => percent(m.bestPersonalAccuracy) },
    { name: 'Global', number: true, cell: (m) => withDeviation(m, (s) => s.globalAccuracy, m.globalAccuracy) },
    { name: 'Rounds to target', number: true, cell: (m) => whole(m.roundsToTarget) },
    { name: TIMES[0].toUpperCase() + TIMES.slice(1) + ' time to target', number: true, cell: (m) => seconds(m.simulatedSecondsToTarget) },
    { name: 'Bytes moved', number: true, cell: (m) => bytes(moved(m.bytes)) },
    { name: 'Largest \u03b5', number: true, cell: (m) => epsilon(m.epsilon.max) },
    { name: 'Swaps let in / ordered', number: true, cell: (m) => m.swaps.ordered ? (untold(m.swaps) ? '\u2013' : whole(m.swaps.accepted)) + ' / ' + whole(m.swaps.ordered) : '\u2013' },
  ], SUMMARY.methods, (m) => (m.name === chosen && COMPARE ? 'chosen' : null)));
  if (SUMMARY.comparisons.length) differences(body, many);
}

function differences(body, many) {
  const all = SUMMARY.comparisons;
  const reach = reachOf(all);
  const word = { better: 'higher', worse: 'lower', open: 'not shown to differ', unknown: 'one seed' };
  const tag = { better: 'tag good', worse: 'tag bad', open: 'tag', unknown: 'tag' };
  body.append(el('h3', {}, 'Against ' + all[0].reference),
    say('Personal ' + SCORE + ', percentage points, paired by seed'
      + (many ? ', with the 95\u202f% interval (Student\u2019s t). A hollow mark: the interval spans zero.' : '. One seed gives no interval, and nothing can be said about chance.')),
    table([
      { name: 'Method', tight: true, cell: (c) => c.method },
      { name: 'Mean', number: true, cell: (c) => points(c.meanDifference) },
      { name: '95\u202f% interval', number: true, cell: (c) => (verdict(c) === 'unknown' ? '\u2013' : intervalText(c)) },
      { name: 'Lower \u2190 zero \u2192 higher', middle: true, cell: (c) => forest(c, reach) },
      { name: 'Verdict', tight: true, cell: (c) => el('span', { class: tag[verdict(c)] }, word[verdict(c)]) },
      { name: 'Worst tenth', number: true, cell: (c) => points(c.worstDecileDifference) },
    ], all, (c) => (c.method === chosen ? 'chosen' : null)));
}

// ---- learning curves --------------------------------------------------------

const MEASURES = [['personalAccuracy', 'Personal, mean'], ['worstDecile', 'Worst tenth'], ['globalAccuracy', 'Global']];
const ACROSS = [['rounds', 'round'], ['simulatedSeconds', TIMES + ' time'], ['bytes', 'bytes moved']];
const ACROSS_FORMAT = { rounds: whole, simulatedSeconds: seconds, bytes };

function curvesSection(body) {
  const curves = DATA.curves.filter((c) => c.rounds.length);
  if (!curves.length) {
    body.append(empty('rounds.jsonl holds no round, so there is nothing to draw.'));
    return;
  }
  let across = 'rounds';
  let measure = 'personalAccuracy';
  let part = 0;
  const hidden = new Set();
  const lines = () => COMPARE
    ? curves.map((c) => Object.assign({ name: c.method, curve: c, measure, wide: c.method === chosen }, style(theme(), c.method)))
    : MEASURES.map(([key, name], i) => ({
      name, curve: curves[0], measure: key, wide: i === 0, colour: theme().series[i], dash: DASHES[i] }));
  const [legend, canvas, redraw] = lineChart(380, lines, hidden,
    (t, width) => curveOption(t, width, lines(), across, COMPARE ? measure : null, hidden, part));
  const seeds = Math.max(...curves.map((c) => c.seeds));
  body.append(
    say((seeds > 1 ? 'Means over ' + seeds + ' seeds, as far as the shortest of them ran. ' : '')
      + 'The dotted line is the target for the personal mean. Click a name to hide or show its line.'),
    el('div', { class: 'controls' },
      COMPARE ? segments('Show', MEASURES, measure, (v) => { measure = v; redraw(); }) : null,
      segments('against', ACROSS, across, (v) => { across = v; redraw(); }),
      segments('from', [[0, 'the start'], [0.5, 'half way']], part, (v) => { part = v; redraw(); })),
    legend, canvas);
}

function curveOption(t, width, lines, across, measure, hidden, part, title) {
  const name = title || ACROSS.find((a) => a[0] === across)[1];
  const format = ACROSS_FORMAT[across];
  const showTarget = measure === null || measure === 'personalAccuracy';
  const series = lines.filter((line) => !hidden.has(line.name)).map((line) => ({
    name: line.name, type: 'line', showSymbol: line.curve.rounds.length < 3, symbolSize: 6,
    data: line.curve[across].map((x, i) => [x, real(line.curve[line.measure][i])])
      .slice(Math.floor(line.curve.rounds.length * part)),
    lineStyle: { width: line.wide ? 3 : 1.8, type: line.dash, color: line.colour },
    itemStyle: { color: line.colour }, z: line.wide ? 5 : 2,
    emphasis: { focus: 'series', lineStyle: { width: line.wide ? 3.5 : 2.5 } },
  }));
  if (series.length && showTarget && !Number.isNaN(real(SUMMARY.targetAccuracy))) {
    series[0].markLine = {
      symbol: 'none', silent: true, data: [{ yAxis: SUMMARY.targetAccuracy }],
      precision: -1, // by default two digits: 80.4 % would be drawn at 80 %
      lineStyle: { color: t.soft, type: [2, 4], width: 1.2 },
      label: { position: 'insideEndBottom', color: t.soft, backgroundColor: t.card, padding: [1, 4], fontSize: 11.5, formatter: 'target ' + percent(SUMMARY.targetAccuracy) },
    };
  }
  return {
    grid: { left: 52, right: 18, top: 14, bottom: 46 },
    xAxis: axis(t, {
      type: 'value', min: part ? 'dataMin' : across === 'rounds' ? 1 : 0, max: 'dataMax', name,
      nameLocation: 'middle', nameGap: 28, minInterval: across === 'rounds' ? 1 : 0,
      splitLine: { show: false }, splitNumber: width < 500 ? 4 : 8,
      axisLabel: { color: t.soft, fontSize: 11.5, hideOverlap: true, formatter: (x) => format(x) },
    }),
    yAxis: axis(t, {
      type: 'value', scale: true, axisLabel: { color: t.soft, fontSize: 11.5, formatter: (y) => percent(y, 0) },
    }),
    tooltip: Object.assign(TOOLTIP(t), {
      trigger: 'axis', order: 'valueDesc',
      formatter: (hits) => '<b>' + escapeHtml(name + ' ' + format(hits[0].value[0])) + '</b>'
        + hits.slice().sort((a, b) => b.value[1] - a.value[1])
          .map((h) => '<br>' + h.marker + escapeHtml(h.seriesName) + ' <b style="float:right;margin-left:18px">' + percent(h.value[1]) + '</b>').join(''),
    }),
    series,
  };
}

// ---- bytes ------------------------------------------------------------------

const KINDS = [
  ['model', 'global models and updates'], ['visit', 'visits and trials'], ['fetched', 'fetched samples'],
  ['pointer', 'pointers, leases, orders'], ['profile', 'profiles and outcomes'],
];

function bytesSection(body) {
  body.append(say('Payload that crossed the network in a run, by kind. Cache hits did not move; '
    + '\u201cas copies\u201d is what raw copies of every swapped sample would have cost instead.'));
  const methods = SUMMARY.methods;
  const legend = el('div', { class: 'legend' });
  const redraw = () => legend.replaceChildren(...KINDS.map(([, name], i) =>
    el('span', { class: 'scale' }, swatch(theme().series[i], null, 9), name)));
  redraw();
  REDRAW_LEGENDS.add(redraw);
  body.append(legend, chart(58 + methods.length * 30, (t, width) => ({
    grid: { left: width < 560 ? 110 : 170, right: 24, top: 4, bottom: 28 },
    xAxis: axis(t, { type: 'value', splitNumber: width < 560 ? 3 : 6,
      axisLabel: { color: t.soft, fontSize: 11.5, hideOverlap: true, formatter: (x) => bytes(x) } }),
    yAxis: axis(t, { type: 'category', inverse: true, data: methods.map((m) => m.name),
      axisLabel: { color: t.ink, fontSize: 12, width: width < 560 ? 100 : 160, overflow: 'truncate' } }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', axisPointer: { type: 'shadow' },
      formatter: (hits) => '<b>' + escapeHtml(hits[0].name) + '</b>' + hits.map((h) =>
        '<br>' + h.marker + escapeHtml(h.seriesName) + ' <b style="float:right;margin-left:18px">' + bytes(h.value) + '</b>').join('') }),
    series: KINDS.map(([key, name], i) => ({
      name, type: 'bar', stack: 'moved', barWidth: 16, data: methods.map((m) => m.bytes[key]),
      itemStyle: { color: t.series[i], borderColor: t.card, borderWidth: 1 } })),
  })));
  const columns = [{ name: 'Method', tight: true, cell: (m) => m.name },
    { name: 'Moved', number: true, cell: (m) => bytes(moved(m.bytes)) }]
    .concat(KINDS.map(([key, name]) => ({ name: name[0].toUpperCase() + name.slice(1), number: true, cell: (m) => bytes(m.bytes[key]) })))
    .concat([{ name: 'Cache hits', number: true, cell: (m) => bytes(m.bytes.cacheHit) },
      { name: 'As copies', number: true, cell: (m) => bytes(m.bytes.asCopies) }]);
  body.append(table(columns, methods, (m) => (COMPARE && m.name === chosen ? 'chosen' : null)));
}
