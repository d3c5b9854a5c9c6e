import {
  ACCEPTS_ALL,
  DAY_MS,
  findings,
  HANGS,
  NOW,
  REFUSES_ALL,
  status,
} from '../../../test/support/receiver-findings.js';
import { reportOf } from './report.js';
import { type Findings, SERIES } from './series.js';

describe('the check of a receiver', () => {
  it('shows the requests behind what it says of signatures', () => {
    const { checks } = reportOf(findings({ old: HANGS }));

    expect(checks.slice(0, 4).map(({ evidence }) => evidence)).toEqual([
      { requests: [1, 5, 6, 7], statusCodes: [200, 200, 200, 200] },
      { requests: [3], statusCodes: [401] },
      { requests: [4], statusCodes: [null] },
      { requests: [1, 2], statusCodes: [200, 200] },
    ]);
  });

  it('shows what it says of the connection as figures', () => {
    const { checks } = reportOf(findings());

    expect(Object.fromEntries(checks.slice(5).map(({ name, evidence }) => [name, evidence]))).toEqual({
      tls: { tlsProtocol: 'TLSv1.3', certificateExpiresAtMs: NOW + 90 * DAY_MS },
      latency: { medianMs: 12, setUpMs: 32, timeoutMs: 15_000 },
      response_size: { largestBytes: 2 },
    });
  });

  it('sends nothing more to a receiver that does not take a good request', () => {
    expect(findings(REFUSES_ALL).sent).toHaveLength(1);
    expect(findings(ACCEPTS_ALL).sent).toHaveLength(SERIES.length);
  });

  it('says so when its time was over before every request was sent', () => {
    const { sent, ...more } = findings();

    const { checks, verdict } = reportOf({ ...more, sent: sent.slice(0, 2) });

    expect(checks.filter(({ result }) => result === 'skipped')).toEqual([
      {
        name: 'tampered_body',
        result: 'skipped',
        sentence: 'Not tried, because the check ran out of its 60 s; the receiver should answer faster.',
        evidence: {},
      },
      expect.objectContaining({ name: 'old_timestamp' }),
    ]);
    expect(verdict).toBe('ok');
  });
});

describe('the verdict on a receiver', () => {
  it.each<readonly [string, Findings, string, string]>([
    ['does everything right', findings(), 'ok', 'Deliveries arrive, and nothing is wrong with the receiver.'],
    ['takes nothing', findings(REFUSES_ALL), 'failed', 'Deliveries fail. The receiver answered 500.'],
    [
      'accepts anything over plain HTTP',
      findings(ACCEPTS_ALL, { isSecure: false }),
      'failed',
      'Deliveries arrive, but 2 checks failed (tampered_body, old_timestamp), and 1 check has a warning (tls).',
    ],
    [
      'needs a new certificate',
      findings({}, { isSecure: false }),
      'warning',
      'Deliveries arrive, but 1 check has a warning (tls).',
    ],
    [
      'is well, but whose subscription is disabled',
      findings({}, { state: 'disabled' }),
      'ok',
      'Deliveries arrive, and nothing is wrong with the receiver. The subscription is disabled: set its state to "active" to deliver events again.',
    ],
    [
      'is well, but whose subscription is paused',
      findings({}, { state: 'paused' }),
      'ok',
      'Deliveries arrive, and nothing is wrong with the receiver. The subscription is paused: set its state to "active" to deliver what waits.',
    ],
    [
      'takes nothing, and whose subscription is paused',
      findings(REFUSES_ALL, { state: 'paused' }),
      'failed',
      'Deliveries fail. The receiver answered 500. The subscription is paused: once the receiver answers 2xx, set its state to "active" to deliver what waits.',
    ],
    [
      'answers 410, and whose subscription is disabled',
      findings({ good: status(410) }, { state: 'disabled' }),
      'failed',
      'Deliveries fail. The receiver answered 410, which would disable the subscription if a delivery got it: answer 2xx, or delete the subscription. The subscription is disabled: once the receiver answers 2xx, set its state to "active" to deliver events again.',
    ],
  ])('that %s', (_of, found, verdict, summary) => {
    expect(reportOf(found)).toMatchObject({ verdict, summary });
  });
});
