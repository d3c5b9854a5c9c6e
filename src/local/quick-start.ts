/**
 * Three lines to paste into a shell: subscribe a receiver, publish an event, and read the status of its delivery.
 *
 * @param isOpen whether the API needs no key; only then is there an echo receiver
 * @param hasDashboard whether the address of the dashboard comes first
 */
export function quickStart(url: string, isOpen: boolean, hasDashboard: boolean): string {
  const field = (name: string): string => `sed -E 's/.*"${name}":"([^"]+)".*/\\1/'`;
  const curl = isOpen ? 'curl -s' : 'curl -s -H "Authorization: Bearer $KEY"';
  const access = isOpen
    ? 'It runs without API keys, so keep it on this machine.'
    : 'It requires an API key: set KEY to yours, and TARGET to the URL of a receiver.';
  // The double quotes let the shell expand TARGET.
  const target = isOpen ? `${url}/echo/demo` : `'"$TARGET"'`;
  const received = isOpen ? `\nWhat the receiver got: curl -s ${url}/echo/demo\n` : '';
  const dashboard = hasDashboard ? `\nDashboard: ${url}/ui\n` : '';
  return `${dashboard}
Webhook Delivery Service is ready at ${url} (docs: ${url}/docs). ${access}
Try it in another terminal. Ctrl-C here stops everything; the data stays in .data:

  SUB=$(${curl} ${url}/subscriptions -H 'Content-Type: application/json' -d '{"target_url":"${target}","event_type":"order.created"}' | tee /dev/stderr | ${field('id')})
  TASK=$(${curl} ${url}/ingest/$SUB -H 'Content-Type: application/json' -d '{"order":42}' | tee /dev/stderr | ${field('task_id')})
  sleep 1; ${curl} ${url}/status/$TASK
${received}`;
}
