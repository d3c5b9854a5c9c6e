/**
 * Three lines to paste into a shell: subscribe a receiver, publish an event, look how it went.
 *
 * @param isOpen whether nobody needs an API key; the echo receiver is there only then
 */
export function quickStart(url: string, isOpen: boolean): string {
  const field = (name: string): string => `sed -E 's/.*"${name}":"([^"]+)".*/\\1/'`;
  const curl = isOpen ? 'curl -s' : 'curl -s -H "Authorization: Bearer $KEY"';
  const access = isOpen
    ? 'It runs open, without API keys: keep it on this machine.'
    : 'It asks for an API key: put yours into KEY, and the URL of a receiver into TARGET.';
  // In double quotes, the shell puts in what TARGET is.
  const target = isOpen ? `${url}/echo/demo` : `'"$TARGET"'`;
  const received = isOpen ? `\nWhat the receiver got: curl -s ${url}/echo/demo\n` : '';
  return `
Webhook Delivery Service is ready at ${url} (docs: ${url}/docs). ${access}
Try it in another terminal; Ctrl-C here stops everything, the data stays in .data:

  SUB=$(${curl} ${url}/subscriptions -H 'Content-Type: application/json' -d '{"target_url":"${target}","event_type":"order.created"}' | tee /dev/stderr | ${field('id')})
  TASK=$(${curl} ${url}/ingest/$SUB -H 'Content-Type: application/json' -d '{"order":42}' | tee /dev/stderr | ${field('task_id')})
  sleep 1; ${curl} ${url}/status/$TASK
${received}`;
}
