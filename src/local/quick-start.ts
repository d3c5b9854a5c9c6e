/**
 * Three lines to paste into a shell: subscribe the echo receiver, publish an event, look how it went.
 *
 * @param isOpen whether nobody needs an API key
 */
export function quickStart(url: string, isOpen: boolean): string {
  const field = (name: string): string => `sed -E 's/.*"${name}":"([^"]+)".*/\\1/'`;
  const curl = isOpen ? 'curl -s' : 'curl -s -H "Authorization: Bearer $KEY"';
  const access = isOpen
    ? 'It runs open, without API keys: keep it on this machine.'
    : 'It asks for an API key: put yours into KEY.';
  return `
Webhook Delivery Service is ready at ${url} (docs: ${url}/docs). ${access}
Try it in another terminal; Ctrl-C here stops everything, the data stays in .data:

  SUB=$(${curl} ${url}/subscriptions -H 'Content-Type: application/json' -d '{"target_url":"${url}/echo/demo","event_type":"order.created"}' | tee /dev/stderr | ${field('id')})
  TASK=$(${curl} ${url}/ingest/$SUB -H 'Content-Type: application/json' -d '{"order":42}' | tee /dev/stderr | ${field('task_id')})
  sleep 1; ${curl} ${url}/status/$TASK

What the receiver got: curl -s ${url}/echo/demo
`;
}
