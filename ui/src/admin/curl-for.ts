import { serverConfig } from '../shell/config-store';

/** The command that makes something by the API, to paste into a shell. */
export function curlFor(path: string, body: object): string {
  const key = serverConfig.get().access === 'open' ? '' : ' -H "Authorization: Bearer $ADMIN"';
  return `curl ${window.location.origin}${path}${key} -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(body)}'`;
}
