'use strict';
// Numbers, elements, themes and charts: what every page is made of.

window.addEventListener('error', function (event) {
  const failure = document.getElementById('failure');
  failure.hidden = false;
  failure.textContent = 'A part of this page could not be drawn: ' + event.message;
});

// ---- numbers ---------------------------------------------------------------

/** Kula writes infinity and not-a-number as strings. */
function real(x) {
  return x === null || x === undefined ? NaN : Number(x);
}

function minus(text) {
  return text.replace('-', '\u2212');
}

function fixed(x, digits) {
  x = real(x);
  if (Number.isNaN(x)) return '\u2013';
  if (!Number.isFinite(x)) return x > 0 ? '\u221e' : '\u2212\u221e';
  return minus(x.toFixed(digits));
}

function percent(x, digits) {
  x = real(x);
  return Number.isNaN(x) ? '\u2013' : fixed(x * 100, digits === undefined ? 1 : digits) + '\u202f%';
}

/** A difference of shares, in percentage points, with its sign. */
function points(x) {
  x = real(x);
  if (Number.isNaN(x)) return '\u2013';
  const text = (x * 100).toFixed(1);
  if (Number(text) === 0) return '\u00b10.0';
  return (x > 0 ? '+' : '') + minus(text);
}

function whole(x) {
  x = real(x);
  if (Number.isNaN(x)) return '\u2013';
  const rounded = Math.abs(x - Math.round(x)) < 0.05 ? Math.round(x) : Number(x.toFixed(1));
  return minus(rounded.toLocaleString('en', { maximumFractionDigits: 1 })).replace(/,/g, '\u202f');
}

function bytes(x) {
  x = real(x);
  if (Number.isNaN(x)) return '\u2013';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (x >= 999.5 && unit < units.length - 1) {
    x /= 1000;
    unit++;
  }
  const digits = unit === 0 || x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2;
  return x.toFixed(digits) + '\u202f' + units[unit];
}

function seconds(x) {
  x = real(x);
  if (Number.isNaN(x)) return '\u2013';
  if (x < 120) return fixed(x, x < 10 ? 1 : 0) + '\u202fs';
  if (x < 7200) return fixed(x / 60, 1) + '\u202fmin';
  return fixed(x / 3600, 1) + '\u202fh';
}

function epsilon(x) {
  return fixed(x, real(x) < 10 ? 2 : 1);
}

function sum(list) {
  return list.reduce((a, b) => a + b, 0);
}

function mean(list) {
  return list.length ? sum(list) / list.length : NaN;
}

function deviation(list) {
  if (list.length < 2) return NaN;
  const m = mean(list);
  return Math.sqrt(sum(list.map((x) => (x - m) * (x - m))) / (list.length - 1));
}

function moved(traffic) {
  return traffic.model + traffic.pointer + traffic.fetched + traffic.visit + traffic.profile;
}

function count(n, one, many) {
  return whole(n) + ' ' + (n === 1 ? one : many || one + 's');
}

// ---- elements: text only ever goes in as text -------------------------------

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick' || name === 'onchange' || name === 'oninput') node[name] = value;
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (c) => '&#' + c.charCodeAt(0) + ';');
}

function say(text) {
  return el('p', { class: 'say' }, text);
}

function empty(text) {
  return el('p', { class: 'empty' }, text);
}

/** columns: {name, cell(row) → text or node, and number, tight or middle} */
function table(columns, rows, classOf) {
  const kind = (c) => (c.number ? 'n' : c.middle ? 'm' : c.tight ? 'l' : null);
  const head = columns.map((c) => el('th', { class: kind(c), scope: 'col' }, c.name));
  const body = rows.map((row) =>
    el('tr', { class: classOf ? classOf(row) : null },
      columns.map((c) => el('td', { class: kind(c) }, c.cell(row)))));
  return el('div', { class: 'scroll' },
    el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, body)));
}

function segments(label, options, chosen, onChoice) {
  const buttons = options.map(([value, text]) =>
    el('button', {
      type: 'button',
      'aria-pressed': String(value === chosen),
      onclick: (event) => {
        for (const button of buttons) button.setAttribute('aria-pressed', 'false');
        event.currentTarget.setAttribute('aria-pressed', 'true');
        onChoice(value);
      },
    }, text));
  return el('span', {}, label + ' ', el('span', { class: 'segments', role: 'group' }, buttons));
}

/** A sample of a line: colour and dash together, so that neither alone carries the meaning. */
function swatch(colour, dash, width) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('width', '30');
  svg.setAttribute('height', '10');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(space, 'line');
  const attributes = { x1: 1, x2: 29, y1: 5, y2: 5, stroke: colour, 'stroke-width': width || 2.5 };
  for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, value);
  if (dash) line.setAttribute('stroke-dasharray', dash);
  svg.append(line);
  return svg;
}

// ---- themes -----------------------------------------------------------------

// Okabe and Ito's colours, which colour-blind readers tell apart, darkened or lightened until they
// stand out from the page.
const THEMES = {
  light: {
    ink: '#1b2430', soft: '#596575', line: '#dfe4ea', card: '#ffffff',
    series: ['#0072b2', '#d55e00', '#00875f', '#b8568e', '#a87400', '#3a9bd9', '#6a4fb3', '#4a5260'],
    accepted: '#0072b2', rejected: '#d55e00', expired: '#7a8594', open: '#6a4fb3',
    ramp: ['#f4f7fa', '#c6dcee', '#82b3d9', '#3a83bd', '#0d568f', '#06335a'],
  },
  dark: {
    ink: '#e6eaf0', soft: '#9aa7b8', line: '#2c3541', card: '#1a2028',
    series: ['#5ab0ec', '#f28a45', '#35c79c', '#e59bc7', '#e3b341', '#9bd8ff', '#b9a2ee', '#c3cad4'],
    accepted: '#5ab0ec', rejected: '#f28a45', expired: '#8e99a8', open: '#b9a2ee',
    ramp: ['#1f2731', '#1d3d59', '#23608f', '#3c8cc9', '#7fbdec', '#d3ebff'],
  },
};
const DASHES = ['solid', [7, 4], [2, 3], [10, 3, 2, 3]];

function dashAttribute(dash) {
  return dash === 'solid' ? null : dash.join(' ');
}

let themeName = 'light';

function theme() {
  return THEMES[themeName];
}

function setTheme(name) {
  themeName = name;
  document.documentElement.dataset.theme = name;
  document.getElementById('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
}

/** The address may ask for a theme (#dark, ?theme=dark); else the system's choice counts. */
function firstTheme() {
  const asked = /[#?&](?:theme=)?(dark|light)\b/.exec(location.search + location.hash);
  if (asked) return asked[1];
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

// ---- charts -----------------------------------------------------------------

const CHARTS = new Set();

/** option(theme, width) is asked again whenever the theme or the width changes. */
function chart(height, option, renderer) {
  const node = el('div', { class: 'chart' });
  node.style.height = height + 'px';
  const entry = { node, option, renderer: renderer || 'svg', instance: null, width: 0 };
  CHARTS.add(entry);
  return node;
}

function draw(entry, width) {
  const size = Math.max(200, width || entry.node.clientWidth);
  if (!entry.instance) {
    entry.instance = echarts.init(entry.node, null, { renderer: entry.renderer, width: size });
  } else {
    entry.instance.resize({ width: size });
  }
  entry.width = size;
  const t = theme();
  entry.instance.setOption(
    Object.assign({
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: t.ink },
      tooltip: Object.assign({}, TOOLTIP(t)),
    }, entry.option(t, size)), true);
}

function TOOLTIP(t) {
  return {
    backgroundColor: t.card, borderColor: t.line, confine: true,
    textStyle: { color: t.ink, fontSize: 12.5 },
    extraCssText: 'max-width:340px;white-space:normal;box-shadow:0 4px 16px rgba(0,0,0,.18)',
  };
}

function axis(t, more) {
  return Object.assign({
    axisLine: { lineStyle: { color: t.line } },
    axisTick: { show: false },
    axisLabel: { color: t.soft, fontSize: 11.5 },
    nameTextStyle: { color: t.soft, fontSize: 11.5 },
    splitLine: { lineStyle: { color: t.line } },
  }, more);
}

/** Draws what is new or has another size, and forgets what has left the page. */
function drawAll(force, width) {
  for (const entry of [...CHARTS]) {
    if (!entry.node.isConnected) {
      if (entry.instance) entry.instance.dispose();
      CHARTS.delete(entry);
    } else if (force || !entry.instance || Math.abs(entry.node.clientWidth - entry.width) > 2) {
      draw(entry, width);
    }
  }
}

/** A legend whose names hide and show lines, its chart, and what draws both anew. */
function lineChart(height, lines, hidden, option) {
  const legend = el('div', { class: 'legend' });
  const canvas = chart(height, option);
  const redraw = () => {
    legend.replaceChildren(...lines().map((line) => el('button', {
      type: 'button', 'aria-pressed': String(!hidden.has(line.name)),
      onclick: () => {
        if (!hidden.delete(line.name)) hidden.add(line.name);
        redraw();
      },
    }, swatch(line.colour, dashAttribute(line.dash), line.wide ? 3.5 : 2), line.name)));
    const entry = [...CHARTS].find((e) => e.node === canvas);
    if (entry && entry.instance) draw(entry);
  };
  REDRAW_LEGENDS.add(redraw);
  redraw();
  return [legend, canvas, redraw];
}

/** Legends are plain elements: they take the new theme's colours when it changes. */
const REDRAW_LEGENDS = new Set();

function repaint(force, width) {
  for (const redraw of REDRAW_LEGENDS) redraw();
  drawAll(force, width);
}

/** Draws anew when the reader switches between light and dark, prints, or changes the size. */
function watchTheme() {
  document.getElementById('theme').onclick = () => {
    setTheme(themeName === 'dark' ? 'light' : 'dark');
    repaint(true);
  };
  let waiting = 0;
  window.addEventListener('resize', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => drawAll(false));
  });
  let themeOnScreen = null;
  window.addEventListener('beforeprint', () => {
    themeOnScreen = themeName;
    setTheme('light');
    // A page of A4 between its margins; charts in pairs get half of it.
    for (const entry of CHARTS) {
      if (entry.node.isConnected) draw(entry, entry.node.closest('.pair') ? 310 : 640);
    }
    for (const redraw of REDRAW_LEGENDS) redraw();
  });
  window.addEventListener('afterprint', () => {
    setTheme(themeOnScreen || themeName);
    repaint(true);
  });
}
