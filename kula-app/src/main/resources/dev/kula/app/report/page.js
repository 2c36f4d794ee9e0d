// What the report shows, as the other scripts find it.

const DATA = JSON.parse(document.getElementById('data').textContent);
const SUMMARY = DATA.summary;
const COMPARE = SUMMARY.methods.length > 1;
/** Whether devices have data of their own; times are then as they were measured. */
const ELSEWHERE = SUMMARY.data.elsewhere === true;
const TIMES = ELSEWHERE ? 'measured' : 'simulated';
const REGRESSION = SUMMARY.data.task === 'regression';
const SCORE = REGRESSION ? 'variance explained' : 'accuracy';
