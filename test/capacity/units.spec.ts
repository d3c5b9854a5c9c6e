import { readFileSync } from 'node:fs';
import { SAMPLE_UNITS } from './samples.js';
import { assertPlaces, withTables } from './tables.js';
import { parseUnits, type Units, UnitsFault } from './units.js';

const AGAIN = 'Take a new measurement: npm run capacity -- --measure';

const faultOf = (given: unknown): string => {
  try {
    parseUnits(typeof given === 'string' ? given : JSON.stringify(given), 'costs.json');
  } catch (error) {
    if (error instanceof UnitsFault) return error.message;
  }
  return 'accepted';
};

describe('a file of unit costs', () => {
  it('is read', () => {
    expect(parseUnits(JSON.stringify(SAMPLE_UNITS), 'costs.json')).toEqual(SAMPLE_UNITS);
  });

  it('may say that a part did nothing', () => {
    const errors = [{ load: 'some', what: 'cores of redis', predicted: 0, measured: 0 }];

    expect(parseUnits(JSON.stringify({ ...SAMPLE_UNITS, errors }), 'costs.json').errors).toEqual(errors);
  });

  it.each([
    ['text', 'no JSON', `costs.json is not JSON. ${AGAIN}`],
    ['a result of the bench', { scenario: 'single' }, 'costs.json is not a measurement of unit costs: measured_with: '],
    ['a list', [], 'costs.json is not a measurement of unit costs: it: '],
    ['a negative cost', { ...SAMPLE_UNITS, network: { attempt: -1, answer: 1 } }, 'network.attempt: '],
    ['a part too few', { ...SAMPLE_UNITS, cpu: { ...SAMPLE_UNITS.cpu, apart: {} } }, 'cpu.apart.api: '],
  ])('is refused when it is %s', (_, given, message) => {
    expect(faultOf(given)).toContain(message);
    expect(faultOf(given)).toContain(AGAIN);
  });
});

describe('docs/scaling.md', () => {
  const page = readFileSync('docs/scaling.md', 'utf8');

  it('shows the unit costs of docs/unit-costs.json', () => {
    const units = parseUnits(readFileSync('docs/unit-costs.json', 'utf8'), 'docs/unit-costs.json');

    expect(withTables(page, units)).toBe(page);
  });

  it('would show other unit costs', () => {
    expect(withTables(page, SAMPLE_UNITS)).toContain('0123456');
  });

  it('shows small costs and errors as they are, and no share of nothing', () => {
    const redis = { busy: 0.00004, event: 0, delivery: 4e-8, retry: 0, kilobyte: 0 };
    const { together, apart } = SAMPLE_UNITS.cpu;
    const what = 'cores of redis';
    const units: Units = {
      ...SAMPLE_UNITS,
      cpu: { together: { ...together, redis }, apart },
      errors: [
        { load: 'some', what, predicted: 0.0004, measured: 0.0002 },
        { load: 'some', what, predicted: 0.0004, measured: 0 },
        { load: 'some', what, predicted: 0, measured: 0 },
      ],
    };
    const shown = withTables(page, units);

    expect(shown).toMatch(/redis, together +\| 0\.00004 cores from 200\/s +\| 0 µs +\| 0\.04 µs/);
    expect(shown).toMatch(/cores of redis \| 0\.0004 +\| 0\.0002 +\| \+100 %/);
    expect(shown).toMatch(/cores of redis \| 0\.0004 +\| 0 +\| +\|/);
    expect(shown).toMatch(/cores of redis \| 0 +\| 0 +\| 0 %/);
  });

  it('cannot lose a table unnoticed', () => {
    expect(() => withTables(page.replace('<!-- end -->', ''), SAMPLE_UNITS)).toThrow('<!-- one machine: written by');
    expect(() => {
      assertPlaces(page.replace('<!-- errors:', '<!-- '));
    }).toThrow('docs/scaling.md needs the line "<!-- errors: written by');
    expect(() => withTables(page.replace('<!-- errors:', '<!-- '), SAMPLE_UNITS)).toThrow('<!-- errors: written by');
  });
});
