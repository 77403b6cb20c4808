/** Numbers, bytes, speeds and times as the language writes them. */
export interface Format {
  readonly count: (value: number) => string;
  readonly bytes: (value: number) => string;
  /** A part in the unit of its whole, without it, for "41.2 / 96.4 GB"; with a unit of its own where it is small. */
  readonly partOf: (part: number, whole: number) => string;
  /** Parts are counted in the units that they are cut in: "32 MiB". */
  readonly binaryBytes: (value: number) => string;
  readonly speed: (bytesPerSecond: number) => string;
  readonly percent: (share: number) => string;
  /** A confidence from 0 to 1: "99.6%". */
  readonly confidence: (share: number) => string;
  /** A measure from 0 to 1: "0.93". */
  readonly measure: (value: number) => string;
  /** "−4.1°" */
  readonly degrees: (value: number) => string;
  readonly clock: (at: number) => string;
  readonly day: (at: number) => string;
  readonly list: (values: readonly string[]) => string;
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Power of `base` at which the value has one to three digits before the point, after rounding. */
function powerOf(value: number, base: number, most: number): number {
  let power = 0;
  for (let rest = value; rest >= base - 0.5 && power < most; rest /= base) power += 1;
  return power;
}

export function formatFor(locale: string): Format {
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  const confidence = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat(locale);
  // h23, not hour12: false, which has English say 24:00 at midnight.
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const made = new Map<string, Intl.NumberFormat>();
  const number = (digits: number, unit?: string): Intl.NumberFormat => {
    const name = `${digits} ${unit ?? ''}`;
    const known = made.get(name);
    if (known !== undefined) return known;
    const options: Intl.NumberFormatOptions =
      unit === undefined ? {} : { style: 'unit', unit, unitDisplay: 'short' };
    const fresh = new Intl.NumberFormat(locale, {
      ...options,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    made.set(name, fresh);
    return fresh;
  };
  /** Three digits tell enough: 1.2, 18.4, 412; bytes and kilobytes are whole. */
  const digits = (scaled: number, power: number): number => (power < 2 || scaled >= 99.95 ? 0 : 1);
  const withUnit = (value: number, least = 0): string => {
    const power = Math.max(least, powerOf(value, 1000, SIZES.length - 1));
    // Intl writes "7 byte" or "7B"; the unit's own sign is the same in every language.
    if (power === 0) return `${whole.format(value)} B`;
    const scaled = value / 1000 ** power;
    return number(digits(scaled, power), SIZES[power] ?? 'byte').format(scaled);
  };
  const bytes = (value: number): string => withUnit(value);
  return {
    count: (value) => whole.format(value),
    bytes,
    partOf: (part, all) => {
      const power = powerOf(all, 1000, SIZES.length - 1);
      const scaled = part / 1000 ** power;
      if (scaled < 0.1 && part > 0) return bytes(part);
      return number(digits(scaled, power)).format(scaled);
    },
    binaryBytes: (value) => {
      const power = powerOf(value, 1024, BINARY.length - 1);
      const scaled = value / 1024 ** power;
      return `${number(Number.isInteger(scaled) ? 0 : 1).format(scaled)} ${BINARY[power] ?? 'B'}`;
    },
    // Intl would have 秒 after the slash, where all of Alibaba's pages have MB/s.
    speed: (value) => `${withUnit(value, 1)}/s`,
    // Rounded down: 100% is said when nothing is left, never before.
    percent: (share) => percent.format(Math.floor(share * 100 + 1e-9) / 100),
    confidence: (share) => confidence.format(share),
    measure: (value) => number(2).format(value),
    // Intl writes a hyphen where a minus belongs.
    degrees: (value) => `${number(1).format(value).replace('-', '−')}°`,
    clock: (at) => clock.format(at),
    day: (at) => day.format(at),
    list: (values) => list.format(values),
  };
}

export type TimeLeft =
  { readonly unit: 'under-minute' } | { readonly unit: 'minutes' | 'hours' | 'days'; readonly count: number };

/** Time left, rounded so that it does not jump: whole minutes, then half hours, then days. */
export function timeLeft(seconds: number): TimeLeft {
  const minutes = seconds / 60;
  if (minutes < 0.9) return { unit: 'under-minute' };
  if (minutes < 99.5) return { unit: 'minutes', count: Math.max(1, roundedMinutes(minutes)) };
  const hours = minutes / 60;
  if (hours < 36) return { unit: 'hours', count: Math.round(hours * 2) / 2 };
  return { unit: 'days', count: Math.round(hours / 24) };
}

function roundedMinutes(minutes: number): number {
  return minutes < 20 ? Math.round(minutes) : Math.round(minutes / 5) * 5;
}

/** The share of verified bytes: below 1 until every byte is proven. */
export function shareOf(part: number, whole: number): number {
  if (whole <= 0) return 0;
  return Math.max(0, Math.min(1, part / whole));
}

/** A name cut before its extension: the extension always shows. */
export function splitName(path: string): {
  readonly folder: string;
  readonly stem: string;
  readonly end: string;
} {
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  const dot = name.lastIndexOf('.');
  const cut = dot > 0 && name.length - dot <= 12 ? dot : name.length;
  return { folder: path.slice(0, slash), stem: name.slice(0, cut), end: name.slice(cut) };
}
