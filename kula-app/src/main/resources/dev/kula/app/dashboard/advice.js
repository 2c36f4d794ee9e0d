// What kula advise says of the run's data, once it has said it; there is no such section elsewhere.

function adviceSection(body) {
  let shown = '';
  return () => {
    const advice = RUN.head && RUN.head.advice;
    const text = JSON.stringify(advice);
    if (!advice || text === shown) return;
    shown = text;
    body.replaceChildren(say(advice.about + ' ' + advice.notPrivate), answers(advice),
      el('h3', {}, 'What was run'), ...adviceLines(advice, score()));
  };
}
