const whole = new Intl.NumberFormat('en-GB');
const tenths = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2, minimumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export const count = (value: number): string => whole.format(value);

/** In decimal units, as the command line shows them: 171.4 kB. */
export function humanBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${tenths.format(value)} ${unit}`;
}

/** 12.3 %; a share of 0 to 1. */
export const percent = (share: number): string => `${tenths.format(share * 100)} %`;

export function humanDuration(ms: number): string {
  if (ms === 0) return '0 s';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${tenths.format(ms / 1000)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const perSecond = (rate: number): string => (rate < 10 ? hundredths : tenths).format(rate);

/** The time for today, otherwise with the date. */
export function when(iso: string): string {
  const date = new Date(iso);
  return (date.toDateString() === new Date().toDateString() ? clock : day).format(date);
}

/** An id's last eight characters: a UUIDv7 starts with its time, so images of one batch differ at the end. */
export const shortId = (id: string): string => `…${id.slice(-8)}`;
