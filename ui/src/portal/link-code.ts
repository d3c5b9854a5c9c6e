/** The code in the fragment of a link to the portal; null if there is none. */
export function codeIn(url: string): string | null {
  const fragment = /#(.*)$/s.exec(url)?.[1] ?? '';
  const code = new URLSearchParams(fragment).get('code');
  return code === '' ? null : code;
}

/** Takes the code out of the URL of the page, so that neither the address bar nor the history keeps it. */
export function takeCode(): string | null {
  const { href, pathname, search } = window.location;
  const code = codeIn(href);
  if (code !== null) window.history.replaceState(window.history.state, '', pathname + search);
  return code;
}
