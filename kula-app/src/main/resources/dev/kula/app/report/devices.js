// What became of each device: accuracy, labels, reputation and privacy.

nameDevices(SUMMARY.methods.flatMap((m) => m.devices.map((d) => d.device)));

function devicesOf(method, body) {
  if (method.devices.length) return method.devices;
  body.append(empty('The summary holds no figures of single devices for ' + method.name + '.'));
  return null;
}

// ---- accuracy before and after ----------------------------------------------

function accuracySection(body) {
  const method = METHODS.get(chosen);
  const devices = devicesOf(method, body);
  if (!devices) return;
  if (devices.every((d) => Number.isNaN(real(d.accuracy)))) {
    body.append(empty('Devices keep to themselves how their models do, since everything that they tell has noise.'));
    return;
  }
  const untouched = devices.every((d) => real(d.accuracy) === real(d.accuracyWithoutSwaps));
  body.append(say('Personal ' + SCORE + ' of each device (first seed) with what swaps brought, and of a personal model made from the same last global model without it.'
    + (devices.length <= MOST_DEVICES ? ' Largest gain on the left.' + shortening() : '')));
  if (untouched) {
    body.append(empty('With and without are the same for every device: no swap entered a personal ledger of ' + method.name + '.'));
  }
  const legend = el('div', { class: 'legend' });
  const redraw = () => legend.replaceChildren(
    el('span', { class: 'scale' }, '\u25cb without swaps'),
    el('span', { class: 'scale' }, '\u25cf with swaps'),
    el('span', { class: 'scale' }, swatch(theme().accepted, null, 3), 'gained'),
    el('span', { class: 'scale' }, swatch(theme().rejected, '4 3', 3), 'lost'));
  redraw();
  REDRAW_LEGENDS.add(redraw);
  if (devices.length <= MOST_DEVICES) {
    body.append(legend, chart(340, (t, width) => dumbbells(t, width, devices)));
  } else {
    body.append(chart(420, (t) => beforeAfter(t, devices)));
  }
}

function accuracyTip(d) {
  return '<b>' + escapeHtml(d.device) + '</b><br>without swaps ' + percent(d.accuracyWithoutSwaps)
    + '<br>with swaps ' + percent(d.accuracy) + '<br>gain '
    + points(real(d.accuracy) - real(d.accuracyWithoutSwaps)) + ' points<br>'
    + (ELSEWHERE ? '' : whole(d.trainSamples) + ' own samples, ') + whole(d.received) + ' received, ' + whole(d.given) + ' given';
}

function dumbbells(t, width, devices) {
  const sorted = devices.slice().sort((a, b) =>
    (b.accuracy - b.accuracyWithoutSwaps) - (a.accuracy - a.accuracyWithoutSwaps) || b.accuracy - a.accuracy);
  const names = sorted.map((d) => d.device);
  const colour = (d) => (d.accuracy < d.accuracyWithoutSwaps ? t.rejected : t.accepted);
  return {
    grid: { left: 50, right: 12, top: 12, bottom: bottomOf(names) },
    xAxis: deviceAxis(t, width, names),
    yAxis: axis(t, { type: 'value', scale: true, axisLabel: { color: t.soft, fontSize: 11.5, formatter: (y) => percent(y, 0) } }),
    tooltip: Object.assign(TOOLTIP(t), { trigger: 'axis', axisPointer: { type: 'shadow' }, formatter: (hits) => accuracyTip(sorted[hits[0].dataIndex]) }),
    series: [
      { type: 'custom', silent: true, z: 1, data: sorted.map((d, i) => [i, d.accuracyWithoutSwaps, d.accuracy]),
        renderItem: (params, api) => {
          const d = sorted[params.dataIndex];
          const from = api.coord([api.value(0), api.value(1)]);
          const to = api.coord([api.value(0), api.value(2)]);
          return { type: 'line', shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
            style: { stroke: colour(d), lineWidth: 2.5, lineDash: d.accuracy < d.accuracyWithoutSwaps ? [4, 3] : null } };
        } },
      { type: 'scatter', symbolSize: 8, z: 2, data: sorted.map((d) => ({
        value: d.accuracyWithoutSwaps, itemStyle: { color: t.card, borderColor: colour(d), borderWidth: 1.8 } })) },
      { type: 'scatter', symbolSize: 8, z: 3, data: sorted.map((d) => ({ value: d.accuracy, itemStyle: { color: colour(d) } })) },
    ],
  };
}

function beforeAfter(t, devices) {
  const all = devices.flatMap((d) => [real(d.accuracy), real(d.accuracyWithoutSwaps)]);
  const low = Math.floor(Math.min(...all) * 20) / 20;
  const high = Math.ceil(Math.max(...all) * 20) / 20;
  const labels = { color: t.soft, fontSize: 11.5, formatter: (y) => percent(y, 0) };
  return {
    grid: { left: 58, right: 20, top: 16, bottom: 48 },
    xAxis: axis(t, { type: 'value', min: low, max: high, name: 'without swaps', nameLocation: 'middle', nameGap: 30, axisLabel: labels }),
    yAxis: axis(t, { type: 'value', min: low, max: high, name: 'with swaps', nameLocation: 'middle', nameGap: 42, axisLabel: labels }),
    tooltip: Object.assign(TOOLTIP(t), { formatter: (hit) => accuracyTip(devices[hit.dataIndex]) }),
    series: [{
      type: 'scatter', symbolSize: 7,
      data: devices.map((d) => ({ value: [d.accuracyWithoutSwaps, d.accuracy],
        symbol: d.accuracy < d.accuracyWithoutSwaps ? 'triangle' : 'circle',
        itemStyle: { color: d.accuracy < d.accuracyWithoutSwaps ? t.rejected : t.accepted, opacity: 0.75 } })),
      markLine: { silent: true, symbol: 'none', lineStyle: { color: t.soft, type: [2, 4] }, label: { show: false },
        data: [[{ coord: [low, low] }, { coord: [high, high] }]] },
    }],
  };
}

// ---- label heat map ---------------------------------------------------------

const MOST_ROWS = 100;

function labelsSection(body) {
  const method = METHODS.get(chosen);
  const devices = devicesOf(method, body);
  if (!devices) return;
  const rows = devices.slice(0, MOST_ROWS);
  const labels = SUMMARY.data.labels;
  if (!labels.length || !rows.some((d) => sum(d.labelsBefore.map(real)) > 0)) {
    body.append(empty('The summary holds no label counts, so there is no heat map.'));
    return;
  }
  const changed = rows.filter((d) => d.labelsBefore.some((n, i) => real(n) !== real(d.labelsAfter[i]))).length;
  body.append(say('Share of each ' + (REGRESSION ? 'quantile bin of the target' : 'label') + ' in a device\u2019s own training data, and in its personal ledger with what swaps brought (first seed). '
    + 'Swaps changed ' + count(changed, 'device') + ' of ' + whole(rows.length) + '.'
    + (devices.length > rows.length ? ' The first ' + rows.length + ' of ' + whole(devices.length) + ' devices are shown.' : '') + shortening()));
  const height = 70 + rows.length * Math.max(11, Math.min(18, 560 / rows.length)) + labelRoom(labels);
  body.append(el('div', { class: 'pair' },
    el('div', {}, el('h3', {}, 'Before swaps'), chart(height, (t) => heat(t, rows, labels, (d) => d.labelsBefore))),
    el('div', {}, el('h3', {}, 'After swaps'), chart(height, (t) => heat(t, rows, labels, (d) => d.labelsAfter)))));
  const bar = el('i', {});
  const redraw = () => { bar.style.background = 'linear-gradient(90deg,' + theme().ramp.join(',') + ')'; };
  redraw();
  REDRAW_LEGENDS.add(redraw);
  body.append(el('div', { class: 'scale' }, '0\u202f%', bar, '100\u202f% of the device\u2019s samples (square-root scale)'));
}

// ---- reputation and privacy --------------------------------------------------

function standingSection(body) {
  const method = METHODS.get(chosen);
  const devices = devicesOf(method, body);
  if (!devices) return;
  const shown = devices.slice(0, MOST_DEVICES);
  const details = DETAILS.get(chosen);
  const standings = new Map((details && details.reputations ? details.reputations.standings : []).map((s) => [s.device, s]));
  const names = shown.map((d) => d.device);
  const cut = devices.length > shown.length ? ' The first ' + shown.length + ' of ' + whole(devices.length) + ' devices are shown.' : '';
  body.append(el('h3', {}, 'Reputation as the monitor sees it'));
  if (shown.some((d) => real(d.reputation) > 0) && method.swaps.ordered > 0) {
    body.append(say('From 0 to 1; it bounds what a source may give.' + cut + shortening()),
      chart(220, (t, width) => bars(t, width, names, shown.map((d) => ({ value: real(d.reputation), itemStyle: { color: t.series[0] } })), {
        max: 1, tip: (i) => {
          const s = standings.get(names[i]);
          return 'reputation ' + fixed(shown[i].reputation, 2)
            + (s ? '<br>quality ' + fixed(s.quality, 2) + ', reliability ' + fixed(s.reliability, 2) : '<br>no outcome yet');
        } })));
  } else {
    body.append(empty('No swaps were ordered under ' + method.name + ', so nobody earned a reputation.'));
  }
  body.append(el('h3', {}, 'Epsilon spent on noised releases'));
  if (shown.some((d) => real(d.epsilon) > 0)) {
    const account = real(SUMMARY.configuration.epsilon);
    body.append(say('At \u03b4 = 1e-5.' + (Number.isFinite(account) ? ' The line is the account of each device, ' + epsilon(account) + '.' : '')
      + ' Orange, with a mark: the account is spent.' + cut),
      chart(220, (t, width) => bars(t, width, names, shown.map((d) => ({
        value: real(d.epsilon), itemStyle: { color: d.spentInRound === null ? t.series[0] : t.rejected },
        label: { show: d.spentInRound !== null, position: 'top', formatter: '\u25be', color: t.rejected, fontSize: 11 } })), {
        line: Number.isFinite(account) ? account : null,
        tip: (i) => '\u03b5 ' + epsilon(shown[i].epsilon)
          + (shown[i].spentInRound === null ? '' : '<br>spent in round ' + whole(shown[i].spentInRound)) })));
  } else {
    body.append(empty('No device made a noised release under ' + method.name + ', so no epsilon was spent'
      + (method.epsilon.withoutNoise.length ? '; releases without noise: ' + method.epsilon.withoutNoise.join(', ') + '.' : '.')));
  }
  body.append(el('h3', {}, 'Accounts that were spent'));
  const spent = details ? details.spent : [];
  if (spent.length) {
    body.append(table([
      { name: 'Device', tight: true, cell: (s) => s.device },
      { name: 'Round', number: true, cell: (s) => whole(s.round) },
      { name: 'Release that was refused', cell: (s) => s.purpose },
      { name: '\u03b5 spent', number: true, cell: (s) => epsilon(s.epsilon) },
    ], spent.slice(0, 100)));
    if (spent.length > 100) body.append(say('100 of ' + whole(spent.length) + ' are shown.'));
  } else {
    body.append(empty('No device spent its whole account, or accounts are unlimited.'));
  }
}
