// Groups of devices that serve each other, and how methods do after what devices meet has changed.

// ---- groups -------------------------------------------------------------------

const LOSS = REGRESSION ? '' : ' nats';

function searches(method) {
  return method.perSeed.filter((s) => s.groups !== null);
}

const SEARCHED = SUMMARY.methods.filter((m) => searches(m).length);

function found(search) {
  return search.groups.sizes.length > 1;
}

function gainText(gain) {
  return gain === null ? '\u2013' : fixed(gain.gain, 3) + ' \u00b1 ' + fixed(gain.standardError, 3);
}

/** Of numbers: the only one, or the smallest and the largest. */
function range(values, format) {
  if (!values.length) return '\u2013';
  const ends = [Math.min(...values), Math.max(...values)].map(format);
  return ends[0] === ends[1] ? ends[0] : ends.join(' to ');
}

function groupsSection(body) {
  const method = SEARCHED.find((m) => m.name === chosen) || SEARCHED[0];
  const seed = searches(method).find(found) || searches(method)[0];
  const g = seed.groups;
  const which = COMPARE || method.seeds.length > 1 ? 'Under ' + method.name + ', seed ' + seed.seed + ': ' : '';
  body.append(el('p', { class: 'verdict' }, which, el('b', {},
    (which ? 'g' : 'G') + (g.gain === null ? 'roups could not be tried.' : found(seed) ? 'roups help in trials.' : 'roups do not pay here.')),
  g.gain === null ? ' Too few devices answered.' : found(seed)
    ? ' Since round ' + whole(g.round) + ' there are ' + g.sizes.length + ', of ' + g.sizes.map((n) => whole(n)).join(', ')
      + ' devices when they were found; gain ' + gainText(g.gain) + LOSS + ' a sample.'
    : ' The best gain is ' + gainText(g.gain) + LOSS + ' a sample, of ' + g.gain.groups + ' groups in round ' + whole(g.round) + ', the last search.'));
  if (g.gains.length) {
    body.append(say('Gain: how much lower the loss of the groups\u2019 models is than that of one model for all, in trials on samples that did not choose the groups. '
      + 'Groups are taken only if they surely gain more than a little, by at least three standard errors and by more where devices are few; and then the fewest within one standard error of the best. '
      + 'Each mark is a division that was tried; several may come to the same number of groups.'));
    const legend = el('div', { class: 'legend' });
    const redraw = () => legend.replaceChildren(
      found(seed) ? el('span', { class: 'scale' }, el('span', { style: 'color:' + theme().accepted }, '\u25cf'), 'taken') : '',
      el('span', { class: 'scale' }, '\u25cb tried'),
      el('span', { class: 'scale' }, swatch(theme().soft, null, 4), '1 standard error'),
      el('span', { class: 'scale' }, swatch(theme().soft, null, 1.5), '3 standard errors'));
    redraw();
    REDRAW_LEGENDS.add(redraw);
    body.append(legend, chart(250, (t) => gainsOption(t, g)));
  }
  const rows = SEARCHED.map((m) => ({ m, all: searches(m), hits: searches(m).filter(found) }));
  const shown = (row) => (row.hits.length ? row.hits : row.all);
  body.append(table([
    { name: 'Method', tight: true, cell: (r) => r.m.name },
    { name: 'Verdict', tight: true, cell: (r) => el('span', { class: r.hits.length ? 'tag good' : 'tag' },
      r.hits.length ? 'helps in trials' : r.all.every((s) => s.groups.gain === null) ? 'not tried' : 'does not pay') },
    { name: 'Seeds with groups', number: true, cell: (r) => r.hits.length + ' of ' + r.m.perSeed.length },
    { name: 'Groups', number: true, cell: (r) => range(r.hits.map((s) => s.groups.sizes.length), whole) },
    { name: 'Devices in one', number: true, cell: (r) => range(r.hits.flatMap((s) => s.groups.sizes), whole) },
    { name: 'Round of the search', number: true, cell: (r) => range(shown(r).map((s) => s.groups.round), whole) },
    { name: 'Gain' + (LOSS ? ',' + LOSS : '') + ' a sample', number: true, cell: (r) => {
      const gains = shown(r).map((s) => s.groups.gain).filter((x) => x !== null);
      return gains.length === 1 ? gainText(gains[0]) : range(gains.map((x) => real(x.gain)), (x) => fixed(x, 3));
    } },
  ], rows, (r) => (COMPARE && r.m.name === chosen ? 'chosen' : null)));
}

function gainsOption(t, g) {
  const taken = g.sizes.length > 1 ? g.gains.findIndex((x) => x.groups === g.sizes.length) : -1;
  const colour = (i) => (i === taken ? t.accepted : t.soft);
  const whisker = (errors, width) => ({
    type: 'custom', silent: true, encode: { x: 0, y: [1, 2] },
    data: g.gains.map((x, i) => [i, x.gain - errors * x.standardError, x.gain + errors * x.standardError]),
    renderItem: (params, api) => {
      const low = api.coord([api.value(0), api.value(1)]);
      const high = api.coord([api.value(0), api.value(2)]);
      return { type: 'line', shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] },
        style: { stroke: colour(params.dataIndex), lineWidth: width } };
    },
  });
  return {
    grid: { left: 52, right: 18, top: 10, bottom: 46 },
    xAxis: axis(t, { type: 'category', data: g.gains.map((x) => String(x.groups)), splitLine: { show: false }, axisLine: { show: false },
      name: 'groups of the division', nameLocation: 'middle', nameGap: 28 }),
    yAxis: axis(t, { type: 'value', axisLabel: { color: t.soft, fontSize: 11.5, formatter: (y) => minus(String(Number(y.toFixed(3)))) } }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', formatter: (hits) => {
      const x = g.gains[hits[0].dataIndex];
      return '<b>' + count(x.groups, 'group') + '</b><br>gain ' + gainText(x) + LOSS + ' a sample<br>'
        + fixed(x.gain / x.standardError, 1) + ' standard errors above zero' + (hits[0].dataIndex === taken ? '<br>taken' : '');
    } }),
    series: [whisker(3, 1.2), whisker(1, 3.5), {
      type: 'scatter', symbolSize: 10, z: 3,
      data: g.gains.map((x, i) => ({ value: x.gain,
        itemStyle: { color: i === taken ? t.accepted : t.card, borderColor: colour(i), borderWidth: 2 } })),
      markLine: { symbol: 'none', silent: true, data: [{ yAxis: 0 }], label: { show: false },
        lineStyle: { color: t.soft, type: 'solid', width: 1 } },
    }],
  };
}

// ---- changes ------------------------------------------------------------------

const CHANGED = SUMMARY.methods.filter((m) => m.recovery.length);
const CHANGES = CHANGED.length > 0 || !['still', undefined].includes(SUMMARY.configuration.course);

function afterChange(seed) {
  return mean(seed.recovery.map(real));
}

/** What a method's own scores showed to change in a stream, in the first seed. */
function detectedText(name, d) {
  const start = (COMPARE ? name + ': ' : '') + count(d.changes, 'change') + ' found on ' + count(d.devices, 'device');
  return d.changes === 0 ? start + '.' : start + ', ' + SCORE + ' ' + percent(d.before) + ' before and '
    + percent(mean(d.curve.map(real))) + ' in the ten rounds after; ' + whole(d.recovered) + ' made good'
    + (d.roundsToRecover ? ', half of all within ' + count(d.roundsToRecover, 'round') : '') + '.';
}

function changesSection(body) {
  const many = SUMMARY.methods[0].seeds.length > 1;
  if (CHANGED.length) {
    body.append(say('Personal ' + SCORE + ' in the rounds since what a device meets changed, or since it joined, mean over devices and changes'
      + (many ? ' and seeds' : '') + '. Round 1 is the first with the new data.' + (COMPARE ? ' Click a name to hide or show its line.' : '')));
    const hidden = new Set();
    const lines = () => CHANGED.map((m) => Object.assign({
      name: m.name, wide: !COMPARE || m.name === chosen, measure: 'score',
      curve: { rounds: m.recovery.map((_, i) => i + 1), score: m.recovery } }, style(theme(), m.name)));
    const [legend, canvas] = lineChart(260, lines, hidden,
      (t, width) => curveOption(t, width, lines(), 'rounds', 'score', hidden, 0, 'round since the change'));
    body.append(COMPARE ? legend : '', canvas);
  } else {
    body.append(say('What devices meet comes in time, at no round of which it is known that it changes.'));
    SUMMARY.methods.filter((m) => m.perSeed[0].detected).forEach((m) => body.append(say(detectedText(m.name, m.perSeed[0].detected))));
  }
  const against = (pick) => (m) => {
    const c = COMPARISONS.get(m.name);
    const d = c && pick(c);
    return d ? points(d.mean) + (Number.isNaN(real(d.low)) ? '' : ' [' + points(d.low) + ', ' + points(d.high) + ']') : '\u2013';
  };
  const compared = SUMMARY.comparisons.length > 0;
  const versus = (name, pick) => (compared ? [{ name, number: true, cell: against(pick) }] : []);
  const reference = compared ? 'Against ' + SUMMARY.comparisons[0].reference : '';
  body.append(table([
    { name: 'Method', tight: true, cell: (m) => m.name },
    { name: 'All rounds', number: true, cell: (m) => withDeviation(m, (s) => s.overTime, m.overTime) },
    ...versus(reference, (c) => c.overTime),
  ].concat(CHANGED.length ? [
    { name: 'In the first round', number: true, cell: (m) => withDeviation(m, (s) => s.recovery[0], m.recovery.length ? m.recovery[0] : null) },
    { name: 'In the ten rounds', number: true, cell: (m) => withDeviation(m, afterChange, m.recovery.length ? mean(m.recovery.map(real)) : null) },
    ...versus(reference, (c) => c.afterChange),
  ] : []), SUMMARY.methods, (m) => (COMPARE && m.name === chosen ? 'chosen' : null)));
}

// ---- what servers ignored -------------------------------------------------------

/** A line for the head; nothing if servers ignored nothing. */
function ignoredLine() {
  const kinds = new Map();
  for (const kind of SUMMARY.methods.flatMap((m) => m.perSeed).flatMap((s) => s.ignored || [])) {
    kinds.set(kind.what, (kinds.get(kind.what) || 0) + kind.messages);
  }
  return kinds.size ? say('Servers ignored what no device may send' + (COMPARE ? ', in all runs' : '') + ': '
    + [...kinds].map(([what, n]) => what + ' (' + whole(n) + '\u00d7)').join('; ') + '.') : '';
}
