/**
 * Styles, scripts and requests of the pages' own origin only, and nothing inline.
 *
 * @param frameAncestors origins whose pages may show the page in a frame
 */
export function policyFor(frameAncestors: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return {
    'default-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': frameAncestors.length === 0 ? ["'none'"] : frameAncestors,
    'object-src': ["'none'"],
  };
}

/** Interval between the reloads of `NOT_BUILT`. */
export const RELOAD_SECONDS = 2;

/** Shown while there are no built files. */
export const NOT_BUILT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${RELOAD_SECONDS}">
<title>Building the dashboard</title>
</head>
<body>
<h1>The dashboard is being built</h1>
<p>This takes some seconds after the first <code>npm start</code>. The page opens as soon as it is ready; the API works
already.</p>
<p>Without <code>npm start</code>, build it with <code>npm run ui:build</code>.</p>
</body>
</html>
`;

/** Whether a client asks for a page, as browsers do, and not for data. */
export function prefersPage(accept: string | undefined): boolean {
  return accept !== undefined && /(^|[\s,])text\/html\b/i.test(accept);
}
