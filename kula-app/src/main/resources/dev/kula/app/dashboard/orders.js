// Swaps: the graph, round by round, and why each was ordered.

const PAGE = 15;
const MOST_EDGES = 120;
const SWAPS = { of: '', text: '', outcome: '', limit: PAGE, asked: {}, waiting: 0, update: null };

function showSwapsOf(name) {
  SWAPS.of = name;
  SWAPS.limit = PAGE;
  if (SWAPS.update) SWAPS.update();
}

/** Whether the page shows the run that is being made: the numbers of others' orders are their own. */
function isMade() {
  return RUN.controllable && !RUN.head.ended && RUN.link === 'open'
    && RUN.number === RUN.runs.length - 1 && RUN.shown === RUN.head.tracks.length - 1;
}

/** The button that takes a lease back, at the second press; of what was turned down there is nothing to take back. */
function revokeButton(order) {
  const number = order.ordered.order;
  if (!isMade() || order.revoked || !['accepted', 'open'].includes(outcomeOf(order))) return '';
  if (RUN.revoking.includes(number)) return el('span', { class: 'soft', id: 'revoke-' + number, tabindex: '-1' }, ' Its lease is being revoked.');
  if (RUN.role !== 'operator' || RUN.control === 'stopping') return '';
  const asked = SWAPS.asked.of === RUN.shown && SWAPS.asked.order === number ? SWAPS.asked : { sure: false, said: '' };
  return el('span', { class: 'steer' }, el('button', { type: 'button', id: 'revoke-' + number, class: asked.sure ? 'sure' : '',
    onclick: () => pressRevoke(number, asked.sure),
    'aria-label': (asked.sure ? 'Press again to revoke the lease of order ' : 'Revoke the lease of order ') + number },
  asked.sure ? 'Revoke for good? Press again' : 'Revoke lease'), el('span', { class: 'soft', role: 'status' }, asked.said));
}

async function pressRevoke(order, sure) {
  const of = RUN.shown;
  const show = (now) => {
    SWAPS.asked = Object.assign({ of, order, sure: false, said: '' }, now);
    SWAPS.update();
  };
  clearTimeout(SWAPS.waiting);
  if (sure) {
    show({ said: await steer('revoke?run=' + RUN.number + '&track=' + of + '&order=' + order) });
  } else {
    show({ sure: true });
    SWAPS.waiting = setTimeout(() => show({}), 5000);
  }
}

function swapsSection(body) {
  let at = 0; // 0 is all rounds
  let last = { edges: [] };
  const hidden = new Set();
  const slider = el('input', { type: 'range', min: '0', max: '0', step: '1', value: '0', 'aria-label': 'Round of the swaps',
    oninput: (event) => { at = Number(event.target.value); SWAPS.limit = PAGE; update(); } });
  const where = el('b', { role: 'status' });
  const totals = el('p', { class: 'say' });
  const crowded = say('More than ' + MOST_DEVICES + ' devices: arrows run between groups of devices, those of the map. Choose a device in the table to see its own.');
  const legend = el('div', { class: 'legend' });
  const picture = plot(520, (t, width) => graphOption(t, width, last, hidden), 'canvas');
  const list = el('div', {});
  const filter = el('input', { type: 'search', placeholder: 'device, label or reason', 'aria-label': 'Filter orders',
    oninput: (event) => { SWAPS.text = event.target.value; SWAPS.limit = PAGE; fill(); } });
  const choice = el('select', { 'aria-label': 'Outcome', onchange: (event) => { SWAPS.outcome = event.target.value; SWAPS.limit = PAGE; fill(); } },
    el('option', { value: '' }, 'every outcome'), Object.keys(OUTCOMES).map((o) => el('option', { value: o }, o)));
  const alone = el('span', { role: 'status' });
  const place = either('No swap has been ordered yet.',
    el('div', { class: 'controls' }, slider, where), totals, crowded, legend, picture.node,
    el('h3', {}, 'Orders and their reasons'), el('div', { class: 'controls' }, filter, choice, alone), list);
  body.append(say('Arrows run from source to receiver; width grows with the samples ordered, a node with what it gave. Move the slider to see the swaps of one round.'), place.node);

  const rounds = () => [...track().plannings.keys()].sort((a, b) => a - b).filter((r) => track().plannings.get(r).ordered > 0);
  const chosen = () => (at === 0 ? rounds() : [rounds()[at - 1]]).map((r) => track().plannings.get(r));
  const isOf = (o) => !SWAPS.of || o.ordered.source === SWAPS.of || o.ordered.receiver === SWAPS.of;

  function fill() {
    const wanted = SWAPS.text.toLowerCase();
    const hits = chosen().slice().reverse().flatMap((p) => p.orders).filter((o) => isOf(o) && (!SWAPS.outcome || outcomeOf(o) === SWAPS.outcome)
      && (!wanted || (o.ordered.receiver + ' ' + o.ordered.source + ' ' + o.ordered.exchange + ' ' + o.ordered.labels.join(' ')
        + ' ' + o.ordered.why + ' ' + (o.settled ? o.settled.reason : '')).toLowerCase().includes(wanted)));
    const more = hits.length - SWAPS.limit;
    alone.replaceChildren(...(SWAPS.of ? ['only of ' + SWAPS.of + ' ', el('button', { type: 'button', onclick: () => chooseDevice(SWAPS.of) }, 'show all')] : []));
    const focus = list.contains(document.activeElement) ? document.activeElement.id : '';
    list.replaceChildren(
      hits.length ? ordersTable(hits.slice(0, SWAPS.limit), revokeButton) : empty('No order matches.'),
      say(whole(Math.min(SWAPS.limit, hits.length)) + ' of ' + whole(hits.length) + ' matching orders are shown, newest rounds first.'),
      more > 0 ? el('button', { type: 'button', class: 'more-rows', onclick: () => { SWAPS.limit += 50; fill(); } }, 'Show ' + Math.min(50, more) + ' more') : '');
    if (focus) document.getElementById(focus)?.focus();
  }

  const update = () => {
    const all = rounds();
    place.set(all.length > 0);
    if (!all.length) return;
    slider.max = String(all.length);
    if (at > all.length) at = 0;
    slider.value = String(at);
    const text = at === 0 ? 'all rounds' : 'round ' + whole(all[at - 1]);
    where.textContent = text;
    slider.setAttribute('aria-valuetext', text);
    const plannings = chosen();
    const outcome = (name) => sum(plannings.map((p) => p.outcomes[name] || 0));
    const ordered = sum(plannings.map((p) => p.ordered));
    const told = sum(plannings.map((p) => p.orders.length));
    totals.textContent = count(ordered, 'order') + ': ' + whole(outcome('accepted')) + ' accepted, ' + whole(outcome('rejected')) + ' rejected, ' + whole(outcome('expired')) + ' expired; '
      + whole(sum(plannings.map((p) => p.samples))) + ' samples entered ledgers, ' + bytes(sum(plannings.map((p) => p.bytes))) + ' moved.'
      + (told < ordered ? ' The first ' + whole(told) + ' are drawn and listed; all are in events.jsonl.' : '');
    nameDevicesOnce();
    const orders = plannings.flatMap((p) => p.orders).filter(isOf);
    const crowd = new Set(orders.flatMap((o) => [o.ordered.source, o.ordered.receiver])).size > MOST_DEVICES;
    last = { edges: edgesOf(orders, crowd ? kindOf() : (name) => name) };
    crowded.hidden = !crowd;
    drawLegend();
    picture.node.style.height = Math.min(520, 140 + picture.node.parentNode.clientWidth) + 'px';
    picture.show('Swap graph of ' + text + ': ' + totals.textContent + ' The list below has every order that is drawn, with its reason.');
    fill();
  };
  const drawLegend = () => legend.replaceChildren(...Object.keys(OUTCOMES).filter((o) => last.edges.some((e) => e.outcome === o)).map((name) => el('button', {
    type: 'button', 'aria-pressed': String(!hidden.has(name)),
    onclick: () => {
      if (!hidden.delete(name)) hidden.add(name);
      update();
    },
  }, swatch(theme()[name], dashAttribute(OUTCOMES[name].dash)), name)));
  REDRAW_LEGENDS.add(drawLegend);
  SWAPS.update = update;
  return update;
}

/** What a device's group is called, as in the map. */
function kindOf() {
  const devices = [...track().devices.values()];
  const names = new Map();
  for (const kind of kindsOf(devices)) for (const i of kind.members) names.set(devices[i].name, kind.name);
  return (name) => names.get(name) || name;
}

/** Swaps between two that ended alike are one arrow; the heaviest are drawn. */
function edgesOf(orders, name) {
  const edges = new Map();
  for (const order of orders) {
    const source = name(order.ordered.source);
    const receiver = name(order.ordered.receiver);
    const samples = order.ordered.samples;
    const outcome = outcomeOf(order);
    const key = JSON.stringify([source, receiver, outcome]);
    const edge = edges.get(key) || { source, receiver, outcome, orders: 0, samples: 0 };
    edge.orders++;
    edge.samples += samples;
    edges.set(key, edge);
  }
  return [...edges.values()].sort((a, b) => b.samples - a.samples).slice(0, MOST_EDGES);
}
