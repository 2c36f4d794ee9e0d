// The page: which sections there are, when each is drawn, and what stands above them.

const SECTIONS = [
  { id: 'advice', short: 'Advice', title: 'Advice', make: adviceSection, on: ['head'] },
  { id: 'curves', short: 'Curves', title: 'Learning curves', make: curvesSection, on: ['head', 'rounds'] },
  { id: 'devices', short: 'Devices', title: 'Devices', make: devicesSection, on: ['head', 'devices'] },
  { id: 'map', short: 'Similarity', title: 'Map of similarity', make: mapSection, on: ['devices', 'compared'], pace: 1500 },
  { id: 'swaps', short: 'Swaps', title: 'Who gave to whom, and why', make: swapsSection, on: ['plannings', 'control'] },
  { id: 'labels', short: 'Labels', title: 'Labels before and after swaps', make: labelsSection, on: ['head', 'devices'] },
  { id: 'privacy', short: 'Privacy', title: 'Privacy spent', make: privacySection, on: ['head', 'rounds', 'notices', 'devices'] },
  { id: 'reputation', short: 'Reputation', title: 'Reputation', make: reputationSection, on: ['devices'] },
  { id: 'drift', short: 'Drift', title: 'Drift alarms', make: driftSection, on: ['notices'] },
  { id: 'bytes', short: 'Bytes', title: 'Bytes by kind', make: bytesSection, on: ['rounds'] },
  { id: 'faults', short: 'Faults', title: 'Faults', make: faultsSection, on: ['rounds', 'notices'] },
  { id: 'settings', short: 'Settings', title: 'What was configured', make: settingsSection, on: ['head'] },
];
const HEAD = { on: ['head', 'rounds', 'devices'], dirty: true, visible: true, update: null };
const BOARD = el('div', {});

// ---- when things are drawn ------------------------------------------------------

let frame = 0;

/** Something of this kind has changed: what shows it is drawn when it is on the screen. */
function changed(kind) {
  for (const part of [HEAD, ...SECTIONS]) {
    if (kind === 'all' || part.on.includes(kind)) part.dirty = true;
  }
  wake();
}

function wake() {
  if (!frame) frame = requestAnimationFrame(drawNext);
}

/** Whether a part was drawn a moment ago; most may be twice a second. */
function isFresh(part, now) {
  return now - part.drawn < (part.pace || 500);
}

/** One part a frame, so that none is long. */
function drawNext() {
  frame = 0;
  const now = performance.now();
  const due = [HEAD, ...SECTIONS].filter((part) => part.dirty && part.update && (part.visible || !part.known));
  const next = due.find((part) => !isFresh(part, now));
  if (next) {
    next.dirty = false;
    next.known = RUN.head !== null; // what is below the screen is drawn once, and then when it is seen
    next.drawn = now;
    next.update();
  }
  if (due.length > (next ? 1 : 0)) {
    if (due.some((part) => part !== next && !isFresh(part, now))) wake();
    else setTimeout(wake, 250);
  }
}

// ---- head -----------------------------------------------------------------------

function headline() {
  const title = el('h1', {}, 'Kula');
  const lead = el('p', { class: 'lead' });
  const state = el('span', { class: 'state', role: 'status' });
  const detail = el('span', { class: 'soft' });
  const place = el('span', { class: 'controls' });
  const buttons = el('span', { class: 'steer' });
  const tiles = el('div', { class: 'tiles' });
  const trouble = el('p', { class: 'empty', role: 'alert', hidden: '' });
  let chooserOf = '';
  let steerOf = '';
  HEAD.update = () => {
    const head = RUN.head;
    const said = stateOf();
    if (state.textContent !== said.text) state.textContent = said.text;
    state.className = 'state ' + said.kind;
    detail.textContent = said.detail;
    const chooser = JSON.stringify([RUN.runs, head && head.tracks.map((t) => [t.method, t.seed]), RUN.number, RUN.shown]);
    if (chooser !== chooserOf) {
      chooserOf = chooser;
      place.replaceChildren(...choosers());
    }
    if (RUN.controllable + RUN.role + RUN.control !== steerOf) {
      steerOf = RUN.controllable + RUN.role + RUN.control;
      buttons.replaceChildren(...steering());
    }
    if (!head) return;
    hideSection('advice', !head.advice);
    const one = head.tracks[RUN.shown];
    title.textContent = (one ? one.method : 'Waiting') + ' on ' + setting('data');
    document.title = 'Kula: ' + head.name;
    lead.textContent = [head.name, 'kula ' + setting('command'), fleetSize(),
      one ? 'seed ' + one.seed : ''].filter(Boolean).join(' \u00b7 ');
    trouble.hidden = !head.trouble;
    trouble.textContent = head.trouble;
    tiles.replaceChildren(...headTiles());
  };
  return [title, lead, el('div', { class: 'status' }, state, detail, place, buttons), trouble, tiles];
}

/** How many devices there are; of data that name their devices, only the devices tell. */
function fleetSize() {
  const known = track().devices.size;
  return known ? count(known, 'device') : setting('partition') === 'natural' ? '' : count(Number(setting('devices')), 'device');
}

function stateOf() {
  const round = lastRound();
  const at = round ? 'round ' + whole(round.round) + ' of ' + whole(setting('rounds')) : 'before the first round';
  const quiet = Math.max(0, (performance.now() - RUN.heard) / 1000);
  const ago = RUN.head ? 'last news ' + (quiet < 3 ? 'just now' : seconds(quiet) + ' ago') : '';
  if (RUN.link === 'away') return { text: 'The dashboard cannot be reached', detail: 'asking again; ' + at, kind: 'bad' };
  if (RUN.link === 'empty') return { text: 'Waiting for the run to begin', detail: '', kind: 'off' };
  if (RUN.link === 'asking' || !RUN.head) return { text: 'Asking', detail: '', kind: 'off' };
  const stopped = RUN.head.tracks[RUN.shown] ? RUN.head.tracks[RUN.shown].stopped : '';
  if (RUN.head.ended) return { text: 'Ended', detail: at + (stopped ? ': ' + stopped : ''), kind: 'off' };
  if (RUN.link === 'left') return { text: 'The process of the run has ended before the run', detail: at + '; go on with --resume', kind: 'bad' };
  if (RUN.control === 'paused') return { text: 'Paused', detail: 'after ' + at, kind: 'off' };
  if (RUN.control === 'pausing') return { text: 'Pauses when the round ends', detail: at, kind: 'on' };
  if (RUN.control === 'stopping') return { text: 'Stops when the round ends', detail: at, kind: 'on' };
  if (quiet > 600) return { text: 'Quiet', detail: at + '; ' + ago + '; was the run killed?', kind: 'off' };
  return { text: 'Running', detail: at + '; ' + ago, kind: 'on' };
}

function choosers() {
  const parts = [];
  if (RUN.runs.length > 1) {
    parts.push(el('select', { 'aria-label': 'Run', onchange: (event) => ask(Number(event.target.value), -1) },
      RUN.runs.map((name, i) => el('option', i === RUN.number ? { value: i, selected: '' } : { value: i }, name))));
  }
  if (RUN.head && RUN.head.tracks.length > 1) {
    parts.push(el('select', { 'aria-label': 'Method and seed', onchange: (event) => ask(RUN.number, Number(event.target.value)) },
      RUN.head.tracks.map((t, i) => el('option', i === RUN.shown ? { value: i, selected: '' } : { value: i }, t.method + ', seed ' + t.seed))));
  }
  return parts;
}

function steering() {
  if (!RUN.controllable || RUN.head && RUN.head.ended) return [];
  if (RUN.role !== 'operator') return [el('button', { type: 'button', onclick: () => askToken(false) }, 'Operator\u2026')];
  const say = el('span', { class: 'soft', role: 'status' });
  const button = (what, text) => el('button', { type: 'button', onclick: async () => { say.textContent = await steer(what); } }, text);
  const stop = el('button', { type: 'button' }, 'Stop');
  stop.onclick = async () => {
    if (stop.className !== 'sure') {
      stop.className = 'sure';
      stop.textContent = 'Stop for good? Press again';
      setTimeout(() => { stop.className = ''; stop.textContent = 'Stop'; }, 5000);
    } else {
      say.textContent = await steer('stop');
    }
  };
  const paused = RUN.control === 'paused' || RUN.control === 'pausing';
  return RUN.control === 'stopping' ? [say] : [say, paused ? button('resume', 'Resume') : button('pause', 'Pause'), stop];
}

function tile(name, figure, more) {
  return el('div', { class: 'tile' }, el('div', { class: 'name' }, name),
    el('div', { class: 'figure' }, figure), el('div', { class: 'more' }, more));
}

function headTiles() {
  const r = lastRound();
  if (!r) return [];
  const before = track().rounds[track().rounds.length - 2];
  const change = before ? points(r.personalAccuracy - before.personalAccuracy) + ' points since the round before' : 'first round';
  const target = real(RUN.head.targetAccuracy) || real(setting('target-accuracy'));
  return [
    tile('Personal ' + score() + ', mean', percent(r.personalAccuracy), change),
    tile('Worst tenth of the devices', percent(r.worstDecile), target ? 'target for the mean ' + percent(target) : 'mean over them'),
    tile('Global model', r.globalAccuracy === null ? '\u2013' : percent(r.globalAccuracy), 'training loss ' + fixed(r.trainingLoss, 3)),
    tile('Devices at work', whole(r.cohort), 'updates folded in the last round'),
    tile('Swaps let in', whole(r.swaps.accepted), 'of ' + whole(r.swaps.ordered) + ' ordered; ' + whole(r.swaps.rejected) + ' rejected, ' + whole(r.swaps.expired) + ' expired'),
    tile('Bytes moved', bytes(moved(r.bytes)), 'raw copies of swapped samples: ' + bytes(r.bytes.asCopies)),
    tile('Largest \u03b5', epsilon(r.epsilonMax), Number.isFinite(real(r.epsilonMax)) ? 'of any device' : 'some releases have no noise'),
    tile('Time', seconds(r.simulatedSeconds), times() + '; ' + seconds(r.wallSeconds) + ' on the clock'),
  ];
}

/** Where a section has nothing to say of this kind of run, it and what leads to it are away. */
function hideSection(id, away) {
  document.getElementById(id).hidden = away;
  document.querySelector('#contents a[href="#' + id + '"]').hidden = away;
}

// ---- settings -------------------------------------------------------------------

function settingsSection(body) {
  const list = el('dl', {});
  body.append(say('Every setting in force, by flag name.'), list);
  return () => {
    if (!RUN.head) return;
    const items = Object.entries(RUN.head.configuration).sort(([a], [b]) => a.localeCompare(b));
    list.replaceChildren(...items.map(([name, value]) => el('div', {}, el('dt', {}, name),
      el('dd', {}, value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value)))));
  };
}

// ---- the token ------------------------------------------------------------------

/** Asks for a token, which stays in this tab alone. */
function askToken(wasWrong) {
  return new Promise((resolve) => {
    const input = el('input', { type: 'password', autocomplete: 'off', 'aria-label': 'Token', required: '' });
    const form = el('form', {}, input, el('button', { type: 'submit' }, 'Open'));
    form.onsubmit = (event) => {
      event.preventDefault();
      sessionStorage.setItem(TOKEN, input.value.trim());
      card.remove();
      BOARD.hidden = false;
      RUN.runs = [];
      asking.abort();
      resolve();
    };
    const card = el('section', { class: 'card token' }, el('h2', {}, 'This dashboard asks for a token'),
      say((wasWrong ? 'The last one was wrong. ' : '') + 'It is in the file that --dashboard-token or --operator-token names. It stays in this tab and is sent to this server alone.'), form);
    for (const old of document.querySelectorAll('.token')) old.remove();
    BOARD.hidden = true;
    document.getElementById('main').append(card);
    input.focus();
  });
}

// ---- building -------------------------------------------------------------------

function build() {
  const main = document.getElementById('main');
  const contents = document.getElementById('contents');
  BOARD.append(...headline());
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) SECTIONS.find((s) => s.id === entry.target.id).visible = entry.isIntersecting;
    wake();
  }, { rootMargin: '500px' });
  for (const section of SECTIONS) {
    const body = el('div', {});
    const title = section.id + '-title';
    const node = el('section', { class: 'card long', id: section.id, 'aria-labelledby': title }, el('h2', { id: title }, section.title), body);
    BOARD.append(node);
    contents.append(el('a', { href: '#' + section.id }, section.short));
    section.dirty = true;
    section.update = section.make(body);
    watcher.observe(node);
  }
  main.replaceChildren(BOARD);
  hideSection('advice', true); // until there is one
}

setTheme(firstTheme());
build();
watchTheme();
window.addEventListener('beforeprint', () => SECTIONS.forEach((section) => section.update()));
setInterval(() => changed('head'), 5000);
follow();
document.documentElement.dataset.ready = 'true';
