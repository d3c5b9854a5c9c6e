import { parseArgs } from 'node:util';
import { type Browser, launchChromium } from '../../ui/pictures/browser.js';
import { Bed } from './bed.js';
import { Cleanup } from './cleanup.js';
import { endOnSignals } from './interruption.js';
import { HERE } from './layout.js';
import { median } from './measure.js';
import { requireRoom } from './measure-scenario.js';
import { columns } from './report.js';
import { makeSearchPast } from './scenarios/search-past.js';
import { loadRows, scroll } from './ui-speed/scrolling.js';
import { type Visit, Visitor } from './ui-speed/visits.js';

const USAGE = `npm run ui:speed -- [--deliveries NUMBER] [--rounds NUMBER] [--rows NUMBER]

  --deliveries  in the database, of which one tenant has half (10,000,000; they take 14 GB and some minutes)
  --rounds      visits of each screen, each with empty caches (5)
  --rows        in the list that is scrolled (10,000)
`;
const DISK_GB_PER_DELIVERY = 14 / 10_000_000;
/** Unfinished deliveries, of those that there are. */
const OPEN_SHARE = 0.1;

/** The budgets of the dashboard. */
const READY_MS = 1000;
const FIRST_LOAD_BYTES = 150_000;
/** A gap of fewer frames is not seen. */
const FRAMES = 3;
const FRAME_MS = 1000 / 60;
/** By hand, and by the scroll bar. */
const STEPS = [120, 1100];

const ROW = 'main tbody tr, main [role=row][aria-rowindex]';
/** Screens, and the element that shows their first data. */
const SCREENS: readonly (readonly [name: string, path: string, selector: string])[] = [
  ['Home', '/', '#attention'],
  ['Deliveries', '/deliveries', ROW],
  ['Deliveries, failed', '/deliveries?status=failed', ROW],
  ['Deliveries, 5xx of a pattern', '/deliveries?event_type=order.*&status_code=5xx', ROW],
  ['Deliveries, a host', '/deliveries?target_host=host7.example', ROW],
  ['A delivery', '/deliveries/DELIVERY', 'aside[aria-label=Delivery] ol'],
  ['Events', '/events', ROW],
  ['Subscriptions', '/subscriptions', ROW],
];

interface Line {
  readonly what: string;
  readonly measured: string;
  readonly budget: string;
  readonly isKept: boolean;
}

const cleanup = new Cleanup();
const interruption = endOnSignals(cleanup);
let exitCode = 0;

try {
  const given = readArguments();
  if (given === 'help') process.stdout.write(USAGE);
  else {
    const lines = await measure(given);
    const rows = lines.map(({ what, measured, budget, isKept }) => [
      what,
      measured,
      budget,
      isKept ? 'kept' : 'MISSED',
    ]);
    process.stdout.write(`\n${columns([['what', 'measured', 'budget', ''], ...rows])}`);
    if (lines.some(({ isKept }) => !isKept)) exitCode = 1;
  }
} catch (error) {
  if (!interruption.aborted) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    exitCode = 1;
  }
}
await cleanup.run();
process.exit(exitCode);

interface Arguments {
  readonly deliveries: number;
  readonly rounds: number;
  readonly rows: number;
}

function readArguments(): Arguments | 'help' {
  const number = (byDefault: string) => ({ type: 'string', default: byDefault }) as const;
  const options = {
    deliveries: number('10000000'),
    rounds: number('5'),
    rows: number('10000'),
    help: { type: 'boolean', default: false },
  } as const;
  const { help, ...given } = parseArgs({ options }).values;
  if (help) return 'help';
  const [deliveries = 0, rounds = 0, rows = 0] = [given.deliveries, given.rounds, given.rows].map(Number);
  if ([deliveries, rounds, rows].some((each) => !Number.isInteger(each) || each < 1)) {
    throw new Error(`Each option is a whole number above 0.\n${USAGE}`);
  }
  return { deliveries, rounds, rows };
}

async function measure({ deliveries, rounds, rows }: Arguments): Promise<Line[]> {
  await requireRoom(deliveries * DISK_GB_PER_DELIVERY);
  const bed = await Bed.make(cleanup, { build: HERE, layout: 'one', settings: {}, withStatements: false });
  process.stdout.write(`Storing ${deliveries.toLocaleString('en')} deliveries ...\n`);
  const past = await makeSearchPast(bed, { deliveries, open: Math.ceil(deliveries * OPEN_SHARE) });
  process.stdout.write(`${past.deliveries.toLocaleString('en')} deliveries, ${past.databaseMb} MB\n`);
  const browser = await startBrowser();
  // The tenant that has half of everything.
  const key = (await (await bed.call('POST', '/keys', { role: 'admin', tenant_id: 't0' })).json()) as { key: string };
  const page = (await (await bed.call('GET', '/deliveries?tenant_id=t0&limit=1')).json()) as { data: { id: string }[] };
  const visitor = await Visitor.signIn(browser, bed.url, key.key);
  const lines: Line[] = [];
  for (const [name, path, selector] of SCREENS) {
    const address = `/ui${path.replace('DELIVERY', page.data[0]?.id ?? '')}`;
    lines.push(...(await measureScreen(visitor, { name, address, selector }, rounds)));
  }
  lines.push(...(await measureScrolling(visitor, Math.min(rows, Math.floor(past.deliveries / 2)))));
  return lines;
}

async function startBrowser(): Promise<Browser> {
  const browser = await launchChromium();
  await cleanup.add(() => browser.close());
  return browser;
}

interface Screen {
  readonly name: string;
  readonly address: string;
  readonly selector: string;
}

async function measureScreen(visitor: Visitor, { name, address, selector }: Screen, rounds: number): Promise<Line[]> {
  const visits: Visit[] = [];
  // The first one fills the caches of the service and of the database.
  for (let n = 0; n <= rounds; n += 1) {
    const visit = await visitor.visit(address, selector);
    await visit.context.close();
    if (n > 0) visits.push(visit);
  }
  const readyMs = visits.map((visit) => visit.readyMs);
  const longest = Math.max(0, ...visits.flatMap(({ longTasksMs }) => longTasksMs));
  const bytes = Math.max(...visits.map(({ loadedBytes }) => loadedBytes));
  const middle = Math.round(median(readyMs));
  return [
    {
      what: `${name}: ready`,
      measured: `${middle} ms, at worst ${Math.max(...readyMs)}; longest task ${longest} ms`,
      budget: `${READY_MS} ms`,
      isKept: middle <= READY_MS,
    },
    {
      what: `${name}: first load`,
      measured: `${(bytes / 1000).toFixed(1)} kB`,
      budget: `${FIRST_LOAD_BYTES / 1000} kB`,
      isKept: bytes <= FIRST_LOAD_BYTES,
    },
  ];
}

async function measureScrolling(visitor: Visitor, rows: number): Promise<Line[]> {
  const { page, context } = await visitor.visit('/ui/deliveries', ROW);
  await loadRows(page, rows);
  const lines: Line[] = [];
  for (const step of STEPS) {
    const { p50, p99, worst, longTasks } = await scroll(page, step);
    lines.push({
      what: `${rows.toLocaleString('en')} rows scroll, ${step} px a frame`,
      measured: `frames of ${p50} ms, 99 of 100 within ${p99}, at worst ${worst}; ${longTasks} long tasks`,
      budget: `at worst ${FRAMES} frames, ${Math.round(FRAMES * FRAME_MS)} ms`,
      // A clock that is read at the beginning of a frame is some tenths of a millisecond off.
      isKept: Math.round(worst / FRAME_MS) <= FRAMES,
    });
  }
  await context.close();
  return lines;
}
