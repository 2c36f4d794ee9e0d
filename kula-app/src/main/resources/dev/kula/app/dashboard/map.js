// Devices as points: the nearer, the more alike are their labels.

/** Devices of which the axes are found; all are put into the plane. */
const MOST_MEASURED = 2000;
const MOST_GROUPS = 7;
const SYMBOLS = ['circle', 'triangle', 'rect', 'diamond', 'pin', 'roundRect', 'arrow', 'circle'];

/** Axes of the last map, with which the next one begins, so that points do not jump about. */
let axes = null;

/** Square roots of shares of labels: their distances are Hellinger's, up to a factor. */
function roots(counts) {
  const all = positive(counts);
  const total = sum(all) || 1;
  return Float64Array.from(all, (n) => Math.sqrt(n / total));
}

/**
 * The plane that shows most of the distances (principal components, which for these distances is
 * classical multidimensional scaling), by power iteration.
 */
function project(devices) {
  const vectors = devices.map((d) => roots(d.labelsAfter && d.exact ? d.labels : d.labels));
  const size = vectors[0].length;
  const center = new Float64Array(size);
  for (const v of vectors) for (let i = 0; i < size; i++) center[i] += v[i] / vectors.length;
  const step = Math.max(1, Math.floor(vectors.length / MOST_MEASURED));
  const measured = vectors.filter((v, i) => i % step === 0);
  const rounds = axes && axes.length === 2 && axes[0].length === size ? 12 : 60;
  const found = [];
  const spreads = [];
  for (let k = 0; k < 2; k++) {
    let a = rounds === 12 ? axes[k] : Float64Array.from({ length: size }, (x, i) => Math.cos((k + 1) * (i + 1)));
    let spread = 0;
    for (let turn = 0; turn < rounds; turn++) {
      const next = new Float64Array(size);
      for (const v of measured) {
        let along = 0;
        for (let i = 0; i < size; i++) along += (v[i] - center[i]) * a[i];
        for (let i = 0; i < size; i++) next[i] += along * (v[i] - center[i]);
      }
      for (const other of found) remove(next, other);
      spread = length(next);
      if (spread < 1e-12) break;
      a = next.map((x) => x / spread);
    }
    const heaviest = a.reduce((best, x, i) => (Math.abs(x) > Math.abs(a[best]) ? i : best), 0);
    found.push(a[heaviest] < 0 ? a.map((x) => -x) : a);
    spreads.push(spread);
  }
  axes = found;
  let total = 0;
  for (const v of measured) for (let i = 0; i < size; i++) total += (v[i] - center[i]) * (v[i] - center[i]);
  return {
    points: vectors.map((v) => found.map((a) => {
      let along = 0;
      for (let i = 0; i < size; i++) along += (v[i] - center[i]) * a[i];
      return Math.round(along * 1e4) / 1e4;
    })),
    share: total > 0 ? sum(spreads) / total : 1,
  };
}

function length(v) {
  let square = 0;
  for (const x of v) square += x * x;
  return Math.sqrt(square);
}

function remove(from, direction) {
  let along = 0;
  for (let i = 0; i < from.length; i++) along += from[i] * direction[i];
  for (let i = 0; i < from.length; i++) from[i] -= along * direction[i];
}

function mapSection(body) {
  let last = { devices: [], points: [], share: 0 };
  const legend = el('div', { class: 'legend' });
  const words = say('');
  const picture = plot(460, (t, width) => mapOption(t, width, last), 'canvas');
  const place = either('No profile has told what labels a device has, so nothing is known of who is like whom.', legend, picture.node);
  const redraw = () => {
    const kinds = kindsOf(last.devices);
    legend.replaceChildren(...kinds.map((kind, i) => el('span', { class: 'scale' }, swatch(theme().series[i % 8], null, 7), kind.name + ' (' + whole(kind.members.length) + ')')));
  };
  REDRAW_LEGENDS.add(redraw);
  body.append(words, place.node);
  return () => {
    const devices = [...track().devices.values()].filter((d) => d.labels);
    place.set(devices.length > 1);
    if (devices.length < 2) return;
    last = Object.assign({ devices }, project(devices));
    const c = track().compared;
    words.textContent = 'Each device is a point; the nearer two are, the more alike their labels are, as profiles told them, noise included. The plane shows '
      + percent(last.share, 0) + ' of what there is of distance.'
      + (c ? ' The tests of round ' + whole(c.round) + ' found ' + count(c.groups.length, 'group') + ' that they could not tell apart, and ' + count(c.outliers, 'difference') + ' from the rest.' : '');
    redraw();
    picture.show('Map of ' + count(devices.length, 'device') + ' by how alike their labels are, in groups: '
      + kindsOf(devices).map((k) => k.name + ' with ' + k.members.length).join(', ') + '. The table of devices has the same in words.');
  };
}

/** Groups that train models of their own, else those that tests could not tell apart. */
function kindsOf(devices) {
  const key = devices.some((d) => d.trainedGroup > 0) ? 'trainedGroup' : 'group';
  const members = new Map();
  devices.forEach((d, i) => {
    const of = d[key] === undefined ? -1 : d[key] < MOST_GROUPS ? d[key] : MOST_GROUPS;
    if (!members.has(of)) members.set(of, []);
    members.get(of).push(i);
  });
  const word = key === 'group' ? 'alike ' : 'group ';
  return [...members.keys()].sort((a, b) => a - b).map((of) => ({
    name: of < 0 ? 'not compared yet' : of === MOST_GROUPS ? 'all others' : word + (of + 1), members: members.get(of) }));
}

function mapOption(t, width, last) {
  const many = last.devices.length > 1500;
  const size = many ? 4 : last.devices.length > 200 ? 7 : 11;
  const bare = axis(t, { type: 'value', scale: true, axisLabel: { show: false }, axisLine: { show: false } });
  const chosen = last.devices.findIndex((d) => d.name === FLEET.chosen);
  return {
    grid: { left: 10, right: 10, top: 10, bottom: 10 },
    xAxis: bare, yAxis: bare,
    tooltip: Object.assign(TOOLTIP(t), { formatter: (hit) => mapTip(last.devices[hit.value[2]]) }),
    series: kindsOf(last.devices).map((kind, i) => ({
      type: 'scatter', name: kind.name, symbol: many ? 'circle' : SYMBOLS[i % 8], symbolSize: size, large: many, largeThreshold: 1500,
      progressive: 0, itemStyle: { color: t.series[i % 8], opacity: many ? 0.6 : 0.8 },
      data: kind.members.map((m) => [last.points[m][0], last.points[m][1], m]),
    })).concat(chosen < 0 ? [] : [{
      type: 'scatter', symbolSize: 20, silent: true, z: 9, data: [last.points[chosen]],
      itemStyle: { color: 'transparent', borderColor: t.ink, borderWidth: 2.5 },
      label: { show: true, formatter: FLEET.chosen, position: 'top', color: t.ink, fontWeight: 'bold' },
    }]),
  };
}

function mapTip(d) {
  const most = d.labels.map((n, i) => [n, i]).sort((a, b) => b[0] - a[0]).slice(0, 3);
  const total = sum(positive(d.labels)) || 1;
  return '<b>' + escapeHtml(d.name) + '</b><br>' + most.map(([n, i]) => escapeHtml(labelName(i)) + ' ' + percent(Math.max(0, n) / total, 0)).join(', ')
    + (d.differs ? '<br>' + escapeHtml(d.differs.slice(0, 160)) : '');
}
