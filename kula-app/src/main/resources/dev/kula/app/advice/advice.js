// The advice: answers first, then what they rest on.

const ADVICE = DATA.advice;
function fillHead() {
  HEAD.replaceChildren(
    el('h1', {}, 'Advice for ' + SUMMARY.data.name),
    el('p', { class: 'lead' }, ADVICE.about + ' ' + DATA.notPrivate),
    el('section', { class: 'card', id: 'answers' },
      answers(ADVICE)));
}

function linesSection(body) {
  body.append(...adviceLines(ADVICE, SCORE));
}

const GAINS = [
  ['Federating over training alone', (d) => d.federating],
  ['Groups over one model for all', (d) => d.grouping],
  ['The best swaps over ' + ADVICE.base, (d) => d.swapping],
];

function gainsSection(body) {
  body.append(say('Gain of each device, mean over seeds, with a line from the seed in which it gained least to that in which it gained most. Single devices are noisy: many dots on one side say more than one dot far out.'
    + (SUMMARY.configuration.partition === 'natural' ? '' : ' Rows are dealt anew for each seed, so a name stands for other rows in each.')
    + (ADVICE.devices.length > MOST_DEVICES ? ' ' + MOST_DEVICES + ' devices, evenly from the largest gain to the smallest, are drawn.' : '') + shortening()));
  GAINS.forEach(([title, pick], i) => body.append(el('h3', {}, title),
    ADVICE.devices.every((d) => pick(d).low === 0 && pick(d).high === 0)
      ? empty('No device came out differently in any seed.') : gains(ADVICE.devices, pick, i)));
}

function gains(devices, pick, colour) {
  let sorted = devices.slice().sort((a, b) => pick(b).mean - pick(a).mean);
  if (sorted.length > MOST_DEVICES) {
    sorted = Array.from({ length: MOST_DEVICES }, (_, i) =>
      sorted[Math.round(i * (sorted.length - 1) / (MOST_DEVICES - 1))]);
  }
  const names = sorted.map((d) => d.device);
  return chart(230 + bottomOf(names), (t, width) => ({
    grid: { left: 52, right: 18, top: 10, bottom: bottomOf(names) },
    xAxis: Object.assign(deviceAxis(t, width, names), { axisLine: { show: false } }),
    yAxis: axis(t, { type: 'value', axisLabel: { color: t.soft, fontSize: 11.5, formatter: points } }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', formatter: (hits) => {
      const d = sorted[hits[0].dataIndex];
      const g = pick(d);
      return '<b>' + escapeHtml(d.device) + '</b>, ' + whole(d.rows) + ' training rows<br>' + points(g.mean)
        + ' points (' + points(g.low) + ' to ' + points(g.high) + ')';
    } }),
    series: [{
      type: 'custom', silent: true, data: sorted.map((d, i) => [i, pick(d).low, pick(d).high]), encode: { x: 0, y: [1, 2] },
      renderItem: (params, api) => {
        const low = api.coord([api.value(0), api.value(1)]);
        const high = api.coord([api.value(0), api.value(2)]);
        return { type: 'line', shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] },
          style: { stroke: t.series[colour], lineWidth: 1.5, opacity: 0.45 } };
      },
    }, {
      type: 'scatter', symbolSize: 7, data: sorted.map((d) => pick(d).mean), itemStyle: { color: t.series[colour] },
      markLine: { symbol: 'none', silent: true, data: [{ yAxis: 0 }], label: { show: false },
        lineStyle: { color: t.soft, type: 'solid', width: 1 } },
    }],
  }));
}

function sharesSection(body) {
  const rows = SUMMARY.methods[0].devices.slice(0, MOST_ROWS);
  const labels = SUMMARY.data.labels;
  body.append(say('Share of each ' + (REGRESSION ? 'quantile bin of the target' : 'label') + ' in a device\u2019s training rows (first seed): even columns are alike fleets.'
    + (SUMMARY.methods[0].devices.length > rows.length ? ' The first ' + rows.length + ' devices are shown.' : '') + shortening()));
  const height = 70 + rows.length * Math.max(11, Math.min(18, 560 / rows.length)) + labelRoom(labels);
  body.append(chart(height, (t) => heat(t, rows, labels, (d) => d.labelsBefore)));
}

const SECTIONS = [
  { id: 'lines', short: 'Methods', title: 'What was run', fill: linesSection },
  { id: 'gains', short: 'Devices', title: 'Who gains', fill: gainsSection },
  { id: 'curves', short: 'Curves', title: 'Learning curves', fill: curvesSection },
  { id: 'labels', short: 'Labels', title: 'Labels of the devices', fill: sharesSection },
];
