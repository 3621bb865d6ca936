// The chart of a run, as an SVG for light and dark pages: the factor by which the engine is better than the other
// contender, on a logarithmic scale, with the range over the rounds as a line and the target as a tick.
import { number, target } from './format.mjs';

const WIDTH = 940;
const LEFT = 432;
const RIGHT = 132;
const TOP = 64;
const ROW = 22;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 }
  .quiet { fill: #57606a }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .even { stroke: #57606a; stroke-width: 1 }
  .bar { fill: #2f81a8 } .missed { fill: #cf7a1c } .free { fill: #8c959f }
  .range { stroke: #24292f; stroke-width: 1; opacity: .6 }
  .target { stroke: #24292f; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9ea7b1 }
    .grid { stroke: #30363d }
    .even { stroke: #9ea7b1 }
    .range, .target { stroke: #f0f6fc }
  }`;

export function chart(about, rows) {
  const bars = rows.filter(({ unit, base }) => base !== null && unit.startsWith('x'));
  const scale = scaleOf(bars);
  const height = TOP + bars.length * ROW + 44;
  const bottom = TOP + bars.length * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>Factor by which the engine is better than the contender it is compared with</title>
<style>${STYLE}
</style>
<text class="title" x="12" y="24">Better by a factor of, on a logarithmic scale</text>
<text class="quiet" x="12" y="44">${escaped(`${about.date}, Node.js ${about.node}, ${about.cpus} x ${about.cpu}, ${about.kernel}`)}</text>
${scale.ticks.map((tick) => gridLine(scale.x(tick), tick, bottom)).join('\n')}
${bars.map((row, index) => bar(row, TOP + index * ROW, scale)).join('\n')}
<text class="quiet" x="12" y="${height - 10}">bar: median of the ratios within each round; thin line: range over the rounds; tick: target; orange: target missed; grey: no target</text>
</svg>
`;
}

function scaleOf(rows) {
  const values = rows.flatMap(({ min, max, target }) => [min, max, target?.atLeast ?? max, 1]);
  const low = Math.log10(Math.min(...values.filter((value) => value > 0), 0.5));
  const high = Math.log10(Math.max(...values, 10));
  const x = (value) => {
    const share = (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low);
    return Math.round((LEFT + share * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  };
  const ticks = [0.1, 1, 10, 100, 1000, 10_000].filter(
    (tick) => Math.log10(tick) >= low && Math.log10(tick) <= high,
  );
  return { x, ticks };
}

function gridLine(x, tick, bottom) {
  const kind = tick === 1 ? 'even' : 'grid';
  return `<line class="${kind}" x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${bottom}"/><text class="quiet" x="${x}" y="${bottom + 14}" text-anchor="middle">${tick}x</text>`;
}

function bar(row, y, { x }) {
  const from = Math.min(x(1), x(row.median));
  const width = Math.max(1, Math.abs(x(row.median) - x(1)));
  const kind = row.met === null ? 'free' : row.met ? 'bar' : 'missed';
  const middle = y + ROW / 2;
  const parts = [
    `<text x="${LEFT - 12}" y="${middle + 4}" text-anchor="end">${escaped(label(row))}</text>`,
    `<rect class="${kind}" x="${from}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 8}"/>`,
    `<line class="range" x1="${x(row.min)}" y1="${middle}" x2="${x(row.max)}" y2="${middle}"/>`,
  ];
  if (row.target !== null) {
    const at = x(row.target.atLeast);
    parts.push(`<line class="target" x1="${at}" y1="${y + 1}" x2="${at}" y2="${y + ROW - 1}"/>`);
  }
  const figure = `${number(row.median)}x${row.target === null ? '' : ` (${target(row)})`}`;
  parts.push(
    `<text class="quiet" x="${WIDTH - RIGHT + 6}" y="${middle + 4}">${escaped(figure)}</text>`,
  );
  return parts.join('');
}

const label = ({ title, base }) => `${title} vs ${base}`;

const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
