// Devices as points: the nearer, the more alike are their labels.

/** Devices of which the axes are found; all are put into the plane. */
const MOST_MEASURED = 1000;
const MOST_GROUPS = 6;

/** With more, points are small and round, and are drawn in one go. */
const MANY = 1500;

const SYMBOLS = ['circle', 'triangle', 'rect', 'diamond', 'emptyCircle', 'emptyTriangle', 'emptyRect', 'emptyDiamond'];
const GLYPHS = ['\u25cf', '\u25b2', '\u25a0', '\u25c6', '\u25cb', '\u25b3', '\u25a1', '\u25c7'];

/** Axes of the last map, with which the next one begins, so that points do not jump about. */
let axes = null;

/** Square roots of shares of labels: their distances are Hellinger's, up to a factor. */
function roots(counts) {
  const v = new Float64Array(counts.length);
  let total = 0;
  for (let i = 0; i < v.length; i++) total += Math.max(0, counts[i]);
  for (let i = 0; i < v.length; i++) v[i] = Math.sqrt(Math.max(0, counts[i]) / (total || 1));
  return v;
}

/**
 * The plane that shows most of the distances (principal components, which for these distances is
 * classical multidimensional scaling), by power iteration.
 */
function project(devices) {
  const vectors = devices.map((d) => roots(d.labels));
  const size = vectors[0].length;
  const center = new Float64Array(size);
  for (const v of vectors) for (let i = 0; i < size; i++) center[i] += v[i] / vectors.length;
  const step = Math.max(1, Math.floor(vectors.length / MOST_MEASURED));
  const measured = vectors.filter((v, i) => i % step === 0);
  const rounds = axes && axes.length === 2 && axes[0].length === size ? 8 : 40;
  const found = [];
  const spreads = [];
  for (let k = 0; k < 2; k++) {
    let a = rounds === 8 ? axes[k] : Float64Array.from({ length: size }, (x, i) => Math.cos((k + 1) * (i + 1)));
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

/** The mark of a kind of points, by its form and colour. */
function glyph(i, devices) {
  const mark = el('span', { 'aria-hidden': 'true' }, devices > MANY ? GLYPHS[0] : GLYPHS[i]);
  mark.style.color = theme().series[i];
  return mark;
}

function mapSection(body) {
  let last = { devices: [], points: [], share: 0 };
  let told = -1;
  const legend = el('div', { class: 'legend' });
  const words = say('');
  const picture = plane(460, mapTip);
  const place = either('No profile has told what labels a device has, so nothing is known of who is like whom.', legend, picture.node);
  const redraw = () => {
    const kinds = kindsOf(last.devices);
    legend.replaceChildren(...kinds.map((kind, i) => el('span', { class: 'scale' }, glyph(i, last.devices.length), kind.name + ' (' + whole(kind.members.length) + ')')));
  };
  REDRAW_LEGENDS.add(redraw);
  body.append(words, place.node);
  return () => {
    const devices = [...track().devices.values()].filter((d) => d.labels);
    place.set(devices.length > 1);
    if (devices.length < 2) return;
    if (told !== RUN.told) last = Object.assign({ devices }, project(devices));
    told = RUN.told;
    const c = track().compared;
    words.textContent = 'Each device is a point; the nearer two are, the more alike their labels are, as profiles told them, noise included. The plane shows '
      + percent(last.share, 0) + ' of what there is of distance.'
      + (c ? ' The tests of round ' + whole(c.round) + ' found ' + count(c.groups.length, 'group') + ' that they could not tell apart, and ' + count(c.outliers, 'difference') + ' from the rest.' : '');
    redraw();
    picture.show(last, 'Map of ' + count(devices.length, 'device') + ' by how alike their labels are, in groups: '
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

/**
 * A plane of points on a canvas, drawn in one go: a library that keeps an object a point takes
 * a fifth of a second for ten thousand. Pointing at a point says whose it is, pressing chooses it.
 */
function plane(height, tip) {
  const canvas = el('canvas', { role: 'img' });
  const note = el('div', { class: 'note', hidden: '' });
  const node = el('div', { class: 'plane' }, canvas, note);
  node.style.height = height + 'px';
  let last = { devices: [], points: [] };
  let places = new Float32Array(0);

  function paint() {
    const width = node.clientWidth;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const c = canvas.getContext('2d');
    c.scale(ratio, ratio);
    const t = theme();
    const [x0, x1] = ends(last.points, 0);
    const [y0, y1] = ends(last.points, 1);
    const many = last.devices.length > MANY;
    const size = many ? 1.6 : last.devices.length > 200 ? 3.2 : 5;
    places = new Float32Array(2 * last.points.length);
    last.points.forEach((p, i) => {
      places[2 * i] = 22 + (width - 44) * (p[0] - x0) / (x1 - x0 || 1);
      places[2 * i + 1] = height - 22 - (height - 44) * (p[1] - y0) / (y1 - y0 || 1);
    });
    c.globalAlpha = many ? 0.7 : 0.85;
    kindsOf(last.devices).forEach((kind, k) => {
      c.fillStyle = c.strokeStyle = t.series[k];
      c.lineWidth = 1.6;
      c.beginPath();
      for (const i of kind.members) mark(c, many ? 'circle' : SYMBOLS[k], places[2 * i], places[2 * i + 1], size);
      if (!many && SYMBOLS[k].startsWith('empty')) c.stroke();
      else c.fill();
    });
    c.globalAlpha = 1;
    const chosen = last.devices.findIndex((d) => d.name === FLEET.chosen);
    if (chosen >= 0) {
      c.strokeStyle = c.fillStyle = t.ink;
      c.lineWidth = 2.5;
      c.beginPath();
      c.arc(places[2 * chosen], places[2 * chosen + 1], 9, 0, 7);
      c.stroke();
      c.font = '600 12px ' + getComputedStyle(document.body).fontFamily;
      c.textAlign = places[2 * chosen] > width / 2 ? 'right' : 'left';
      c.fillText(FLEET.chosen, places[2 * chosen] + (c.textAlign === 'right' ? -14 : 14), places[2 * chosen + 1] + 4);
    }
  }

  /** The device under the pointer; below 0 for none. */
  function under(event) {
    const box = canvas.getBoundingClientRect();
    let best = -1;
    let nearest = 14 * 14;
    for (let i = 0; 2 * i < places.length; i++) {
      const dx = places[2 * i] - (event.clientX - box.left);
      const dy = places[2 * i + 1] - (event.clientY - box.top);
      if (dx * dx + dy * dy < nearest) {
        nearest = dx * dx + dy * dy;
        best = i;
      }
    }
    return best;
  }

  canvas.addEventListener('pointermove', (event) => {
    const i = under(event);
    note.hidden = i < 0;
    canvas.style.cursor = i < 0 ? '' : 'pointer';
    if (i >= 0) {
      note.replaceChildren(...tip(last.devices[i]));
      note.style.left = Math.max(4, Math.min(places[2 * i] + 14, node.clientWidth - note.offsetWidth - 4)) + 'px';
      note.style.top = Math.max(4, Math.min(places[2 * i + 1] + 14, height - note.offsetHeight - 4)) + 'px';
    }
  });
  canvas.addEventListener('pointerleave', () => { note.hidden = true; });
  canvas.addEventListener('click', (event) => {
    const i = under(event);
    if (i >= 0) chooseDevice(last.devices[i].name);
  });
  new ResizeObserver(() => { if (last.points.length) paint(); }).observe(node);
  REDRAW_LEGENDS.add(() => { if (last.points.length) paint(); });
  return {
    node,
    show: (next, words) => {
      last = next;
      canvas.setAttribute('aria-label', words);
      paint();
    },
  };
}

function ends(points, k) {
  let low = Infinity;
  let high = -Infinity;
  for (const p of points) {
    low = Math.min(low, p[k]);
    high = Math.max(high, p[k]);
  }
  return [low, high];
}

function mark(c, symbol, x, y, r) {
  if (symbol === 'rect' || symbol === 'emptyRect') {
    c.rect(x - r, y - r, 2 * r, 2 * r);
  } else if (symbol === 'triangle' || symbol === 'emptyTriangle') {
    c.moveTo(x, y - 1.2 * r);
    c.lineTo(x + 1.1 * r, y + r);
    c.lineTo(x - 1.1 * r, y + r);
    c.closePath();
  } else if (symbol === 'diamond' || symbol === 'emptyDiamond') {
    c.moveTo(x, y - 1.3 * r);
    c.lineTo(x + 1.3 * r, y);
    c.lineTo(x, y + 1.3 * r);
    c.lineTo(x - 1.3 * r, y);
    c.closePath();
  } else if (r < 2) {
    c.rect(x - r, y - r, 2 * r, 2 * r);
  } else {
    c.moveTo(x + r, y);
    c.arc(x, y, r, 0, 7);
  }
}

function mapTip(d) {
  const most = d.labels.map((n, i) => [n, i]).sort((a, b) => b[0] - a[0]).slice(0, 3);
  const total = sum(positive(d.labels)) || 1;
  return [el('b', {}, d.name), el('div', {}, most.map(([n, i]) => labelName(i) + ' ' + percent(Math.max(0, n) / total, 0)).join(', ')),
    d.differs ? el('div', {}, d.differs.slice(0, 160)) : ''];
}
