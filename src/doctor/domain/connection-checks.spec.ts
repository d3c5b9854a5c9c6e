import { type Case, DAY_MS, findings, HANGS, none, NOW, status } from '../../../test/support/receiver-findings.js';
import { reportOf } from './report.js';

/** A receiver all of whose answers have this. */
const allWith = (more: Parameters<typeof status>[1]) => ({
  ...{ good: status(200, more), repeat: status(200, more) },
  ...{ tampered: status(401, more), old: status(401, more) },
});

const CASES: readonly Case[] = [
  ['redirects', 'none', findings(), 'ok', 'No answer was a redirect.'],
  [
    'redirects',
    'a 301',
    findings({ good: status(301, { redirect: { to: 'https://www.example.com/hook' } }) }),
    'failed',
    'The receiver answered 301, but redirects are not followed: set target_url to https://www.example.com/hook.',
  ],
  [
    'redirects',
    'a 308 to nowhere',
    findings({ good: status(308, { redirect: { to: null } }) }),
    'failed',
    'The receiver answered 308, but redirects are not followed: set target_url to the final URL.',
  ],
  ['redirects', 'no answer', findings({ good: HANGS }), 'skipped', 'No answer came.'],

  [
    'tls',
    'a good connection',
    findings(),
    'ok',
    'The connection uses TLSv1.3, and the certificate is valid until 28 February 2027.',
  ],
  ...(
    [
      [20, 'expires on 20 December 2026, in 20 days: renew it now, and automate renewals'],
      [1, 'expires on 1 December 2026, in 1 day: renew it now, and automate renewals'],
      [0.1, 'expires on 30 November 2026, in less than a day: renew it now, and automate renewals'],
      [0, 'expired on 30 November 2026: renew it'],
      [-0.1, 'expired on 30 November 2026: renew it'],
    ] as const
  ).map(([days, says]): Case => [
    'tls',
    `a certificate for ${days} more days`,
    findings({
      good: status(200, {
        connection: { setUpMs: 1, tls: { protocol: 'TLSv1.2', certificate: { expiresAtMs: NOW + days * DAY_MS } } },
      }),
    }),
    days > 0 ? 'warning' : 'failed',
    `The receiver's certificate ${says}.`,
  ]),
  [
    'tls',
    'a connection without a readable certificate',
    findings({ good: status(200, { connection: { setUpMs: 1, tls: { protocol: 'TLSv1.2', certificate: null } } }) }),
    'ok',
    'The connection uses TLSv1.2.',
  ],
  [
    'tls',
    'plain HTTP',
    findings({}, { isSecure: false }),
    'warning',
    'The target is plain HTTP, so anyone on the network path can read and change what is sent: use https:// in target_url.',
  ],
  [
    'tls',
    'an expired certificate',
    findings(
      { good: none("the receiver's certificate has expired; renew it (CERT_HAS_EXPIRED)", 'tls_failure') },
      { refusedCertificate: { expiresAtMs: Date.parse('2020-01-02T00:00:00Z') } },
    ),
    'failed',
    "The receiver's certificate expired on 2 January 2020: renew it.",
  ],
  [
    'tls',
    'a certificate for another name',
    findings(
      { good: none("the receiver's certificate is for another host name", 'tls_failure') },
      { refusedCertificate: { expiresAtMs: NOW + DAY_MS } },
    ),
    'failed',
    "The receiver's certificate is for another host name.",
  ],
  [
    'tls',
    'a handshake that fails',
    findings({ good: none('the TLS handshake with the receiver failed', 'tls_failure') }),
    'failed',
    'The TLS handshake with the receiver failed.',
  ],
  [
    'tls',
    'no connection',
    findings({ good: { ...none('the receiver refused the connection', 'connection_refused'), connection: null } }),
    'skipped',
    'No connection was made, so there was no TLS handshake.',
  ],

  [
    'latency',
    'fast answers',
    findings(),
    'ok',
    'The receiver answers in 12 ms (median of 4 requests), and a new connection takes 32 ms more.',
  ],
  [
    'latency',
    'a median of a third of the timeout',
    findings({ good: [20, 5000, 5000, 9000].map((durationMs) => status(200, { durationMs })) }),
    'ok',
    'The receiver answers in 5 s (median of 4 requests), and a new connection takes 32 ms more.',
  ],
  [
    'latency',
    'a median of more than that',
    findings({ good: [20, 5040, 6210, 9000].map((durationMs) => status(200, { durationMs })) }),
    'warning',
    'The receiver takes 5 s to answer (median of 4 requests), more than a third of the timeout of 15 s: answer first, and work later.',
  ],
  [
    'latency',
    'one bad answer',
    findings({ good: status(500, { durationMs: 40, connection: null }) }),
    'ok',
    'The receiver answers in 40 ms (one request).',
  ],
  [
    'latency',
    'a receiver that hangs',
    findings({ good: HANGS }),
    'failed',
    'The receiver sent no complete response within 15 s; it should answer first and work later.',
  ],
  [
    'latency',
    'no connection',
    findings({ good: none('it refused', 'connection_refused') }),
    'skipped',
    'No answer came.',
  ],

  ['response_size', 'small bodies', findings(), 'ok', 'The largest response body is 2 bytes.'],
  ['response_size', 'one byte', findings(allWith({ responseBytes: 1 })), 'ok', 'The largest response body is 1 byte.'],
  ['response_size', 'no bodies', findings(allWith({ responseBytes: 0 })), 'ok', 'All response bodies are empty.'],
  [
    'response_size',
    'a body that the history cuts',
    findings({ repeat: status(200, { responseBytes: 20_000, responseBody: Buffer.alloc(4096) }) }),
    'ok',
    'The largest response body is 20,000 bytes, of which the history keeps 4,096.',
  ],
  [
    'response_size',
    'a body that is not read to its end',
    findings({ old: status(401, { responseBytes: 70_000, isResponseCut: true }) }),
    'warning',
    'The receiver sent more than 70,000 bytes in a response body; reading stops there and the connection is closed, so each delivery needs a new one: answer with a short body or none.',
  ],
  ['response_size', 'no answer', findings({ good: HANGS }), 'skipped', 'No answer came.'],
];

describe('the check of a connection to a receiver and its answers', () => {
  it.each(CASES)('%s, given %s', (name, _of, found, result, sentence) => {
    const check = reportOf(found).checks.find((each) => each.name === name);

    expect(check).toMatchObject({ result, sentence });
    // One sentence that ends.
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
