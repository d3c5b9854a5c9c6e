const frame = document.querySelector('iframe');
const { origin: service } = new URL(document.currentScript.dataset.service);

addEventListener('message', async (event) => {
  // Only the portal in this frame is believed, and only it gets the link.
  if (event.source !== frame.contentWindow || event.origin !== service) return;
  if (event.data.type !== 'webhook-portal:expired') return;
  const response = await fetch('/portal-link', { method: 'POST' });
  const { url } = await response.json();
  frame.contentWindow.postMessage({ type: 'webhook-portal:link', url }, service);
});
