/** Three lines to paste into a shell: subscribe the echo receiver, publish an event, look how it went. */
export function quickStart(url: string): string {
  const field = (name: string): string => `sed -E 's/.*"${name}":"([^"]+)".*/\\1/'`;
  return `
Webhook Delivery Service is ready at ${url} (docs: ${url}/docs). It runs open, without API keys: keep it on this machine.
Try it in another terminal; Ctrl-C here stops everything, the data stays in .data:

  SUB=$(curl -s ${url}/subscriptions -H 'Content-Type: application/json' -d '{"target_url":"${url}/echo/demo","event_type":"order.created"}' | tee /dev/stderr | ${field('id')})
  TASK=$(curl -s ${url}/ingest/$SUB -H 'Content-Type: application/json' -d '{"order":42}' | tee /dev/stderr | ${field('task_id')})
  sleep 1; curl -s ${url}/status/$TASK

What the receiver got: curl -s ${url}/echo/demo
`;
}
