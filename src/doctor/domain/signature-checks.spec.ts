import {
  ACCEPTS_ALL,
  type Case,
  findings,
  HANGS,
  MEND_FIRST,
  none,
  REFUSES_ALL,
  status,
} from '../../../test/support/receiver-findings.js';
import { reportOf } from './report.js';

const CASES: readonly Case[] = [
  ['good_signature', 'a 2xx', findings(), 'ok', 'The receiver accepted a correctly signed request (200).'],
  [
    'good_signature',
    'a 401',
    findings({ good: status(401) }),
    'failed',
    'The receiver refused a correctly signed request (401): if it verifies signatures, it needs the secret of this subscription and the raw body; if not, check its auth and the headers of the subscription.',
  ],
  [
    'good_signature',
    'a 410',
    findings({ good: status(410) }),
    'failed',
    'The receiver answered 410, which would disable the subscription if a delivery got it: answer 2xx, or delete the subscription.',
  ],
  [
    'good_signature',
    'a 429',
    findings({ good: status(429) }),
    'failed',
    'The receiver answered 429: let the check through its rate limit, and run it again.',
  ],
  ['good_signature', 'a 500', findings(REFUSES_ALL), 'failed', 'The receiver answered 500.'],
  [
    'good_signature',
    'no answer',
    findings({ good: HANGS }),
    'failed',
    'The receiver sent no complete response within 15 s; it should answer first and work later.',
  ],
  [
    'good_signature',
    'a good answer, and then two bad ones',
    findings({ good: [status(200), status(503), status(200), status(429)] }),
    'warning',
    'The receiver accepted only 2 of 4 correctly signed requests, and should accept all: the receiver answered 503.',
  ],

  [
    'tampered_body',
    'a 401',
    findings(),
    'ok',
    'The receiver refused a request whose body was changed after signing (401).',
  ],
  [
    'tampered_body',
    'a 404',
    findings({ tampered: status(404) }),
    'ok',
    'The receiver refused a request whose body was changed after signing (404).',
  ],
  [
    'tampered_body',
    'a 2xx',
    findings({ tampered: status(202) }),
    'failed',
    'The receiver accepted a request whose body was changed after signing (202), so it does not verify signatures, and anybody who knows its URL can send it events: verify webhook-signature over the raw body, and answer 401 if it is wrong.',
  ],
  [
    'tampered_body',
    'a 410',
    findings({ tampered: status(410) }),
    'warning',
    'The receiver refused a request whose body was changed after signing with 410, which would disable the subscription if a delivery got it: answer 401.',
  ],
  [
    'tampered_body',
    'a 429',
    findings({ tampered: status(429) }),
    'warning',
    'The receiver answered a request whose body was changed after signing with 429, which says nothing about signatures: let the check through its rate limit, and run it again.',
  ],
  ...[302, 500].map((code): Case => [
    'tampered_body',
    `a ${code}`,
    findings({ tampered: status(code) }),
    'warning',
    `The receiver answered a request whose body was changed after signing with ${code}: verify before anything else, and answer 401.`,
  ]),
  [
    'tampered_body',
    'no answer',
    findings({ tampered: none('the receiver closed the connection before it answered') }),
    'warning',
    'The receiver did not answer a request whose body was changed after signing, and should refuse it with 401 at once: the receiver closed the connection before it answered.',
  ],
  ['tampered_body', 'a receiver that takes nothing', findings(REFUSES_ALL), 'skipped', MEND_FIRST],

  ['old_timestamp', 'a 401', findings(), 'ok', 'The receiver refused a request that was signed ten minutes ago (401).'],
  [
    'old_timestamp',
    'a 2xx',
    findings({ old: status(200) }),
    'failed',
    'The receiver accepted a request that was signed ten minutes ago (200), so a recorded request can be sent to it again: refuse a webhook-timestamp that is more than five minutes off.',
  ],
  [
    'old_timestamp',
    'a 2xx, as it accepts anything',
    findings(ACCEPTS_ALL),
    'failed',
    'The receiver accepted a request that was signed ten minutes ago (204), because it accepts any request: a Standard Webhooks library refuses wrong signatures and old timestamps alike.',
  ],
  ['old_timestamp', 'a receiver that takes nothing', findings(REFUSES_ALL), 'skipped', MEND_FIRST],

  [
    'same_id_twice',
    'the same 2xx twice',
    findings(),
    'ok',
    'The receiver accepted the same webhook-id twice (200), as it must: deliveries arrive at least once, so make sure that it acts on each id only once.',
  ],
  [
    'same_id_twice',
    'two kinds of 2xx',
    findings({ good: status(201), repeat: status(200) }),
    'ok',
    'The receiver accepted the same webhook-id twice, first with 201, then with 200: it seems to know the ids that it has seen, and any 2xx is right.',
  ],
  [
    'same_id_twice',
    'a 409',
    findings({ repeat: status(409) }),
    'failed',
    'The receiver answered 409 to a webhook-id that it had seen: ignoring it is right, but only a 2xx ends a delivery, and anything else is retried, so answer 200.',
  ],
  [
    'same_id_twice',
    'a 429',
    findings({ repeat: status(429) }),
    'warning',
    'The receiver answered a webhook-id that it had seen with 429, which says nothing about repeated ids: let the check through its rate limit, and run it again.',
  ],
  [
    'same_id_twice',
    'a 500',
    findings({ repeat: status(500) }),
    'failed',
    'The receiver did not accept a webhook-id that it had seen, but retries repeat ids, so ignore the second and answer 200: the receiver answered 500.',
  ],
  [
    'same_id_twice',
    'no answer to the second',
    findings({ repeat: HANGS }),
    'failed',
    'The receiver did not accept a webhook-id that it had seen, but retries repeat ids, so ignore the second and answer 200: the receiver sent no complete response within 15 s; it should answer first and work later.',
  ],
  ['same_id_twice', 'a receiver that takes nothing', findings(REFUSES_ALL), 'skipped', MEND_FIRST],
];

describe('the check of how a receiver treats signatures and ids', () => {
  it.each(CASES)('%s, given %s', (name, _of, found, result, sentence) => {
    const check = reportOf(found).checks.find((each) => each.name === name);

    expect(check).toMatchObject({ result, sentence });
    // One sentence that ends.
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
