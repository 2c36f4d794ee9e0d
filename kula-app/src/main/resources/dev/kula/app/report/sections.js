// The report: which sections there are, in which order.

function settingsSection(body) {
  const d = SUMMARY.data;
  const items = Object.entries(SUMMARY.configuration).sort(([a], [b]) => a.localeCompare(b));
  body.append(say('Every setting in force, by flag name.'));
  body.append(items.length
    ? el('dl', {}, items.map(([name, value]) => el('div', {}, el('dt', {}, name),
      el('dd', {}, value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value)))))
    : empty('The summary names no settings.'));
  body.append(el('h3', {}, 'How the runs ended'));
  body.append(table([
    { name: 'Method', tight: true, cell: (m) => m.name },
    { name: 'Seeds', tight: true, cell: (m) => m.seeds.join(', ') },
    { name: 'Rounds', number: true, cell: (m) => whole(m.rounds) },
    { name: ELSEWHERE ? 'Measured' : 'Simulated', number: true, cell: (m) => seconds(m.simulatedSeconds) },
    { name: 'Real time', number: true, cell: (m) => seconds(m.wallSeconds) },
    { name: 'Stopped because', cell: (m) => m.stopped },
  ], SUMMARY.methods));
}

function notesSection(body) {
  const withoutNoise = [...new Set(SUMMARY.methods.flatMap((m) => m.epsilon.withoutNoise))];
  const notes = [
    (REGRESSION
      ? 'Scores are the share of the fleet-wide variance of the target that a model explains (1 \u2212 mean squared error on standardised targets, at least 0), shown as per cent.'
      : 'Accuracies are shares of right answers on test sets, shown as per cent')
      + (REGRESSION ? '' : '; differences are percentage points. The files hold fractions of 1.'),
    'Every figure is of the last round unless it says \u201cbest round\u201d. The best round is known only afterwards, with the test labels: it stands beside the last one and never instead of it.',
    'The target of ' + percent(SUMMARY.targetAccuracy) + ' for the personal mean: ' + SUMMARY.targetRule + '.',
    ELSEWHERE
      ? 'Devices have data of their own. Each is examined on samples that it has put aside, and tells how it went unless everything that it tells has noise; what labels it has, its profiles alone say. Times are as they were measured. Where devices took part in other runs, their epsilon is of all of them, and so is delta: 1e-5 for each.'
      : 'Simulated time comes from a cost model of each device\u2019s computing and link speed. It is the same on every machine and is not the time that this run took.',
    'Bytes are payload: four a parameter, one or four a feature. Transport and encryption come on top.',
    (SUMMARY.configuration['privacy-unit'] === 'device'
      ? 'Epsilon, at \u03b4 = 1e-5, hides all that a device has in updates and visits, and a record in profiles and outcomes. '
      : 'Epsilon, at \u03b4 = 1e-5, hides a record, in visits all that the device has. ')
      + (withoutNoise.length
        ? 'Releases without noise (' + withoutNoise.join(', ') + ') make it infinite: whoever sees those must be trusted.'
        : 'Every release had noise.'),
    'Details of devices, swaps and orders are of the first seed of each method; other seeds differ.',
    'A revoked or expired lease stops future use. It does not undo what a model has learned.',
  ];
  if (COMPARE) {
    notes.splice(2, 0, 'With few seeds an interval is wide. One that spans zero does not show that two methods are equal; it shows that this run cannot tell them apart. Several methods against one reference also give chance several tries; no correction was made for that.');
  }
  body.append(el('ul', { class: 'notes' }, notes.map((n) => el('li', {}, n))));
}

const SECTIONS = [
  { id: 'methods', short: 'Methods', title: 'Methods', fill: methodsSection, only: COMPARE || SUMMARY.methods[0].seeds.length > 1 },
  { id: 'curves', short: 'Curves', title: 'Learning curves', fill: curvesSection },
  { id: 'changes', short: 'Changes', title: 'After a change', fill: changesSection, only: CHANGES },
  { id: 'groups', short: 'Groups', title: 'Groups of devices that serve each other', fill: groupsSection, only: SEARCHED.length > 0 },
  { id: 'bytes', short: 'Bytes', title: 'Bytes by kind', fill: bytesSection, only: COMPARE },
  { id: 'which', chooser: true, only: COMPARE },
  { id: 'accuracy', short: 'Devices', title: 'Devices before and after swaps', fill: accuracySection, details: true },
  { id: 'labels', short: 'Labels', title: 'Labels before and after swaps', fill: labelsSection, details: true },
  { id: 'graph', short: 'Swaps', title: 'Who gave to whom', fill: graphSection, details: true },
  { id: 'differences', short: 'Profiles', title: 'What profiles tell apart', fill: differencesSection, details: true, long: true },
  { id: 'standing', short: 'Reputation and privacy', title: 'Reputation and privacy', fill: standingSection, details: true, long: true },
  { id: 'orders', short: 'Orders', title: 'Swap orders', fill: ordersSection, details: true, long: true },
  { id: 'bytes', short: 'Bytes', title: 'Bytes by kind', fill: bytesSection, only: !COMPARE },
  { id: 'settings', short: 'Settings', title: 'What was configured', fill: settingsSection, long: true },
  { id: 'notes', short: 'Notes', title: 'How to read this', fill: notesSection },
].filter((s) => s.only === undefined || s.only);

function fillHead() {
  HEAD.replaceChildren(...headline(), ignoredLine(), COMPARE ? el('p', { class: 'say' }, 'Figures of ' + chosen + ':') : '', tiles());
}
