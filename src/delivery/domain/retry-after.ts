const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

const MONTH = `(?<month>${MONTHS.join('|')})`;
const DAY_NAME = `(?<dayName>${DAYS.map((name) => name.slice(0, 3)).join('|')})`;
const TIME = String.raw`(?<time>\d\d:\d\d:\d\d)`;
/** The three date formats of HTTP (RFC 9110, section 5.6.7): IMF-fixdate, RFC 850 and asctime. */
const FORMS = [
  new RegExp(String.raw`^${DAY_NAME}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^(?<dayName>${DAYS.join('|')}), (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} GMT$`),
  new RegExp(String.raw`^${DAY_NAME} ${MONTH} (?<day>\d\d| \d) ${TIME} (?<year>\d{4})$`),
];

/**
 * Parses `Retry-After`: a date or a number of seconds (RFC 9110, section 10.2.3). Anything else is ignored, as is a
 * date that does not exist or has the wrong weekday.
 *
 * @param nowMs milliseconds since the Unix epoch
 * @returns milliseconds to wait, at least 0; 0 when ignored; Infinity for a huge number
 */
export function retryAfterMs(retryAfter: string, nowMs: number): number {
  const text = retryAfter.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const atMs = httpDateMs(text, nowMs);
  return atMs === null ? 0 : Math.max(0, atMs - nowMs);
}

/** Returns null when the text is not a date, or the date does not exist. */
function httpDateMs(text: string, nowMs: number): number | null {
  const groups = FORMS.map((form) => form.exec(text)?.groups).find((found) => found !== undefined);
  if (groups === undefined) return null;
  const { dayName = '', year = '' } = groups;
  const atMs = year.length === 4 ? instantMs(Number(year), groups) : instantOfTwoDigitsMs(Number(year), groups, nowMs);
  if (atMs === null) return null;
  return DAYS[new Date(atMs).getUTCDay()]?.startsWith(dayName) === true ? atMs : null;
}

/** Picks the latest year with these last two digits that makes the instant at most 50 years ahead. */
function instantOfTwoDigitsMs(lastDigits: number, groups: Groups, nowMs: number): number | null {
  const inFiftyYears = new Date(nowMs);
  inFiftyYears.setUTCFullYear(inFiftyYears.getUTCFullYear() + 50);
  const lastYear = inFiftyYears.getUTCFullYear();
  const year = lastYear - ((lastYear - lastDigits) % 100);
  const atMs = instantMs(year, groups);
  return atMs !== null && atMs > inFiftyYears.getTime() ? instantMs(year - 100, groups) : atMs;
}

type Groups = Readonly<Record<string, string>>;

function instantMs(year: number, { month = '', day = '', time = '' }: Groups): number | null {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  const isLeapSecond = time === '23:59:60';
  if (hours > 23 || minutes > 59 || (seconds > 59 && !isLeapSecond)) return null;
  const date = new Date(0);
  // Date.UTC would read the year 94 as 1994.
  date.setUTCFullYear(year, MONTHS.indexOf(month as (typeof MONTHS)[number]), Number(day));
  // JavaScript rolls a day that the month does not have over into the next month.
  if (date.getUTCDate() !== Number(day)) return null;
  // JavaScript has no leap seconds. The second before is on the same day.
  return date.setUTCHours(hours, minutes, isLeapSecond ? 59 : seconds);
}
