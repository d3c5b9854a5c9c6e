import {
  type Behaviour,
  earlyClose,
  endlessBody,
  endlessProcessing,
  garbage,
  gzipBomb,
  hang,
  redirect,
  reset,
  respond,
  slowHeaders,
  trickle,
} from '../support/scripted-receiver.js';

/** The behaviours of malicious and broken receivers, by name. */
export const NASTY: Readonly<Record<string, Behaviour>> = {
  hangs: hang(),
  resets: reset(),
  'slow-headers': slowHeaders(60_000),
  'one-byte-a-second': trickle(1),
  'endless-body': endlessBody(),
  'gzip-bomb': gzipBomb(),
  'long-header': respond(200, { headers: { 'x-long': 'x'.repeat(20_000) } }),
  'endless-1xx': endlessProcessing(),
  'no-content': respond(204),
  'redirect-inside': redirect('http://169.254.169.254/latest/meta-data/'),
  'early-close': earlyClose(),
  garbage: garbage(),
};
