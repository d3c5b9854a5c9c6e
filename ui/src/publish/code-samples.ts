import { curlOf } from '../lib/curl';
import type { Draft } from './draft';
import { headersOf } from './send';

interface CodeSample {
  readonly language: 'curl' | 'node' | 'python';
  readonly label: string;
  readonly code: string;
}

interface Surroundings {
  /** Of the service: `https://webhooks.example.com`. */
  readonly origin: string;
  readonly needsKey: boolean;
  /** The tenant that an admin of all tenants looks at. */
  readonly tenant: string | null;
}

/** The same publication as code. The key comes from the environment, so that the code can be shared. */
export function codeSamples(draft: Draft, surroundings: Surroundings): CodeSample[] {
  const { to } = draft;
  const type = draft.eventType.trim();
  const path = to === '' ? `/webhooks/${encodeURIComponent(type)}` : `/ingest/${to}`;
  const url = surroundings.origin + path;
  const headers = {
    ...headersOf(draft),
    ...(to !== '' && { 'X-Event-Type': type }),
    ...(surroundings.tenant !== null && { 'X-Tenant': surroundings.tenant }),
  };
  const text = typeof draft.payload === 'string' ? draft.payload : '';
  const { needsKey } = surroundings;
  return [
    { language: 'curl', label: 'curl', code: curl(url, headers, text, needsKey) },
    { language: 'node', label: 'Node.js', code: node(url, headers, text, needsKey) },
    { language: 'python', label: 'Python', code: python(url, headers, text, needsKey) },
  ];
}

type Headers = Readonly<Record<string, string>>;

function curl(url: string, headers: Headers, text: string, needsKey: boolean): string {
  const command = curlOf(url, Object.entries(headers), text);
  // In double quotes, so that the shell fills in the key.
  return needsKey ? command.replace(' \\\n', (end) => `${end}  -H "Authorization: Bearer $KEY"${end}`) : command;
}

function node(url: string, headers: Headers, text: string, needsKey: boolean): string {
  const lines = Object.entries(headers).map(([name, value]) => `    ${inQuotes(name)}: ${inQuotes(value)},`);
  if (needsKey) lines.unshift('    Authorization: `Bearer ${process.env.KEY}`,');
  return `const response = await fetch(${inQuotes(url)}, {
  method: 'POST',
  headers: {
${lines.join('\n')}
  },
  body: ${inBackticks(text)},
});
console.log(response.status, await response.json());
`;
}

function python(url: string, headers: Headers, text: string, needsKey: boolean): string {
  const lines = Object.entries(headers).map(([name, value]) => `        ${inQuotes(name)}: ${inQuotes(value)},`);
  if (needsKey) lines.unshift(`        "Authorization": f"Bearer {os.environ['KEY']}",`);
  return `${needsKey ? 'import os\n\n' : ''}import requests  # pip install requests

response = requests.post(
    ${inQuotes(url)},
    headers={
${lines.join('\n')}
    },
    data=${inTripleQuotes(text)}.encode(),
)
print(response.status_code, response.json())
`;
}

/** A literal of JavaScript and of Python, which agree about the escapes that JSON has. */
function inQuotes(text: string): string {
  return JSON.stringify(text);
}

/** Literals of several lines read CR LF as LF, so a CR is written as an escape. */
function inBackticks(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r')}\``;
}

function inTripleQuotes(text: string): string {
  return `'''${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\r', '\\r')}'''`;
}
