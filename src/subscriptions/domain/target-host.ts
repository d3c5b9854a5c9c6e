/**
 * SQL for the host of a target URL, without its port: stored URLs have the form that WHATWG's parser gives them. The
 * index subscriptions_target_host has the same expression.
 */
export function targetHostOf(url: string): string {
  return `substring(${url} from '^[a-z]+://(\\[[^]]*\\]|[^:/?#]*)')`;
}

/**
 * Reads the name or address of a host as target URLs contain it: in lower case, punycode, IPv6 in brackets.
 *
 * @returns null if it is neither, or has a port or a path
 */
export function readTargetHost(text: string): string | null {
  const bracketed = text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
  if (!/^(\[[^\][]*\]|[^\s:/?#@\\[\]]+)$/.test(bracketed)) return null;
  try {
    return new URL(`http://${bracketed}/`).hostname;
  } catch {
    return null;
  }
}
