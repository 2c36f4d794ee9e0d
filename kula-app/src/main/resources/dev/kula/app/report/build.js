// Builds the page of its SECTIONS under what fillHead puts into HEAD, and redraws it.

const BODIES = new Map();
const HEAD = el('div', {});

function choose(name) {
  chosen = name;
  REDRAW_LEGENDS.clear();
  fillHead();
  for (const section of SECTIONS) if (section.fill) fillSection(section);
  drawAll(false);
}

function fillSection(section) {
  const body = BODIES.get(section);
  body.replaceChildren();
  section.fill(body);
}

function chooser() {
  return el('div', { class: 'which', id: 'which' }, el('h2', {}, 'Details of'),
    el('select', { 'aria-label': 'Method', onchange: (event) => choose(event.target.value) },
      [...METHODS.keys()].map((name) => el('option', name === chosen ? { value: name, selected: '' } : { value: name }, name))));
}

function build() {
  const main = document.getElementById('main');
  const contents = document.getElementById('contents');
  main.replaceChildren(HEAD);
  fillHead();
  for (const section of SECTIONS) {
    if (section.chooser) {
      main.append(chooser());
      continue;
    }
    const body = el('div', {});
    BODIES.set(section, body);
    main.append(el('section', { class: section.long ? 'card long' : 'card', id: section.id }, el('h2', {}, section.title), body));
    contents.append(el('a', { href: '#' + section.id }, section.short));
    fillSection(section);
  }
  drawAll(false);
}

setTheme(firstTheme());
build();
watchTheme();
document.documentElement.dataset.ready = 'true';
