// What is known of the run, and the stream that tells it.

const RUN = {
  runs: [], role: 'viewer', controllable: false, live: false,
  number: 0, wanted: -1, shown: -1, head: null, tracks: [], control: '', revoking: [], link: 'asking', heard: 0, told: 0,
};
const TOKEN = 'kula-dashboard-token';

function emptyTrack() {
  return { rounds: [], devices: new Map(), plannings: new Map(), notices: [], noticed: {}, compared: null, grouped: null };
}

/** The method and seed that the page shows. */
function track() {
  return RUN.tracks[RUN.shown] || emptyTrack();
}

function setting(name) {
  return RUN.head ? RUN.head.configuration[name] : undefined;
}

function isRegression() {
  return setting('task') === 'regression';
}

function score() {
  return isRegression() ? 'variance explained' : 'accuracy';
}

function times() {
  return RUN.head && (RUN.head.elsewhere || setting('command') === 'orchestrate') ? 'measured' : 'simulated';
}

function lastRound() {
  const rounds = track().rounds;
  return rounds[rounds.length - 1] || null;
}

function labelName(i) {
  return RUN.head && RUN.head.labels[i] !== undefined ? RUN.head.labels[i] : 'label ' + i;
}

/** Takes in one message; says what it changed. */
function take(message) {
  if (message.tracks) {
    if (message.anew) {
      RUN.tracks = [];
      RUN.told++;
    }
    if (RUN.head && RUN.head.ended !== message.ended) changed('control');
    RUN.head = message;
    RUN.shown = message.shown;
    RUN.heard = performance.now() - 1000 * message.quietSeconds;
    while (RUN.tracks.length < message.tracks.length) RUN.tracks.push(emptyTrack());
    return message.anew ? 'all' : 'head';
  }
  const to = RUN.tracks[message.track];
  if (message.rounds) {
    for (const round of message.rounds) {
      const last = to.rounds[to.rounds.length - 1];
      if (!last || last.round < round.round) to.rounds.push(round);
    }
    return 'rounds';
  }
  if (message.devices) {
    for (const device of message.devices) to.devices.set(device.name, device);
    RUN.told++;
    return 'devices';
  }
  if (message.plannings) {
    for (const planning of message.plannings) to.plannings.set(planning.round, planning);
    return 'plannings';
  }
  if (message.notices) {
    to.notices = message.notices;
    to.noticed = message.noticed;
    return 'notices';
  }
  Object.assign(to, message);
  return 'compared';
}

// ---- asking -------------------------------------------------------------------

function token() {
  return sessionStorage.getItem(TOKEN);
}

function headers(more) {
  const known = token();
  return Object.assign(known ? { Authorization: 'Bearer ' + known } : {}, more);
}

/** Lets what the browser has to do be done, so that typing and scrolling never wait for data. */
function breathe() {
  return new Promise((resolve) => setTimeout(resolve));
}

function sleep(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

let asking = new AbortController();

/** Another run, method or seed is to be shown. */
function ask(number, wanted) {
  RUN.number = number;
  RUN.wanted = wanted;
  asking.abort();
}

/** Follows the run for ever: a flow ends now and then, and goes on where it was. */
async function follow() {
  let id = '';
  let wait = 500;
  for (;;) {
    asking = new AbortController();
    const of = RUN.number + '/' + RUN.wanted;
    try {
      if (!RUN.runs.length) await list();
      if (!RUN.runs.length) {
        link('empty');
        await sleep(1000);
        continue;
      }
      const answer = await fetch('stream?run=' + RUN.number + '&track=' + RUN.wanted,
        { headers: headers(id ? { 'Last-Event-ID': id } : {}), signal: asking.signal, cache: 'no-store' });
      if (answer.status === 401) {
        await askToken(Boolean(token()));
        continue;
      }
      if (!answer.ok) throw new Error((await answer.text()).trim());
      link('open');
      wait = 500;
      let ended = null;
      id = await read(answer.body.getReader(), id, (end) => { ended = end; });
      if (ended) {
        link(ended.ended ? 'ended' : 'left');
        if (ended.ended) await until(asking.signal);
        else await sleep(3000);
      }
    } catch (failure) {
      if (!asking.signal.aborted) {
        link('away');
        RUN.runs = [];
        await sleep(wait);
        wait = Math.min(8000, 2 * wait);
      }
    }
    if (of !== RUN.number + '/' + RUN.wanted) id = '';
  }
}

async function list() {
  const answer = await fetch('runs', { headers: headers(), cache: 'no-store' });
  if (answer.status === 401) {
    await askToken(Boolean(token()));
    return;
  }
  if (!answer.ok) throw new Error((await answer.text()).trim());
  Object.assign(RUN, await answer.json());
  changed('head');
  changed('control');
}

function until(signal) {
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function link(state) {
  // Where the process of the run has said that it ends, it is no news that it is away.
  if (RUN.link !== state && !(RUN.link === 'left' && state === 'away')) {
    RUN.link = state;
    changed('head');
    changed('control');
  }
}

/** Server-sent events, read by hand: the browser's own reader cannot send a token in a header. */
async function read(reader, first, end) {
  const decoder = new TextDecoder();
  let id = first;
  let buffer = '';
  let begun = performance.now();
  for (;;) {
    const part = await reader.read();
    if (part.done) return id;
    buffer += decoder.decode(part.value, { stream: true });
    let from = 0;
    for (let to = buffer.indexOf('\n\n'); to >= 0; to = buffer.indexOf('\n\n', from)) {
      const event = { id: '', event: '', data: '' };
      for (const line of buffer.slice(from, to).split('\n')) {
        const colon = line.indexOf(': ');
        if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2);
      }
      from = to + 2;
      if (event.event === 'state') changed(take(JSON.parse(event.data)));
      if (event.event === 'control') {
        stands(JSON.parse(event.data));
      }
      if (event.event === 'end') end(JSON.parse(event.data));
      if (event.id) id = event.id;
      if (performance.now() - begun > 12) {
        await breathe();
        begun = performance.now();
      }
    }
    buffer = buffer.slice(from);
  }
}

/** How the run stands, and which leases are being revoked. */
function stands(told) {
  RUN.control = told.control;
  RUN.revoking = told.revoking;
  changed('head');
  changed('control');
}

/** Pauses, resumes or stops the run, or revokes a lease; what the server said against it, or nothing. */
async function steer(what) {
  try {
    const answer = await fetch('control/' + what, { method: 'POST', headers: headers() });
    if (!answer.ok) return (await answer.text()).trim();
    stands(await answer.json());
    return '';
  } catch (failure) {
    return 'the dashboard cannot be reached';
  }
}
