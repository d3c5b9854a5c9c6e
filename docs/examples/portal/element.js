const portal = document.querySelector('webhook-portal');

async function giveLink() {
  const response = await fetch('/portal-link', { method: 'POST' });
  const { url } = await response.json();
  // A portal that is open takes the new session without being loaded again.
  portal.setAttribute('src', url);
}

portal.addEventListener('expired', giveLink);
giveLink();
