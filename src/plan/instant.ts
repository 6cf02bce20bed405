const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))$/;
const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01 in the Gregorian calendar. */
const EPOCH_DAYS = 719_468;

/**
 * Reads an instant: whole milliseconds since 1970-01-01 UTC, or ISO 8601 text of date, time and zone. The zone is required,
 * because the machine that runs the plan may stand in another one than its author.
 * @returns milliseconds, or `undefined`
 */
export function parseInstant(instant: unknown): number | undefined {
  if (typeof instant === "number") return Number.isSafeInteger(instant) && instant >= 0 ? instant : undefined;
  const parts = typeof instant === "string" ? ISO.exec(instant) : null;
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((part) => Number(parts[part] ?? 0));
  if (!isDate(year ?? 0, month ?? 0, day ?? 0) || !isTime(hour ?? 0, minute ?? 0, second ?? 0)) return undefined;
  const offset = zoneOffsetMinutes(parts);
  if (offset === undefined) return undefined;
  const minutes = (hour ?? 0) * 60 + (minute ?? 0) - offset;
  const millisecond = Number((parts[7] ?? "0").padEnd(3, "0"));
  return daysFromEpoch(year ?? 0, month ?? 0, day ?? 0) * DAY_MS + (minutes * 60 + (second ?? 0)) * 1_000 + millisecond;
}

function zoneOffsetMinutes(parts: RegExpExecArray): number | undefined {
  if (parts[8] !== undefined) return 0;
  const hours = Number(parts[10] ?? 0);
  const minutes = Number(parts[11] ?? 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (parts[9] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const longest = month === 2 ? (isLeapYear ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= longest;
}

function isTime(hour: number, minute: number, second: number): boolean {
  return hour <= 23 && minute <= 59 && second <= 59;
}

/** Counts years from March, so that the leap day is the last of its year. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = (month + 9) % 12;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - EPOCH_DAYS;
}
