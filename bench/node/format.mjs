// Numbers with about three significant digits.

export function number(value) {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  if (Math.abs(value) >= 10) return value.toFixed(1);
  return value.toFixed(Math.abs(value) < 1 ? 3 : 2);
}

export const target = ({ target }) => {
  if (target === null) return '';
  return 'atLeast' in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
};

export const verdict = ({ met }) => (met === null ? '' : met ? 'met' : 'NOT MET');
