import { SETTINGS, variableOf } from './setting-list.js';

/** The contents of `.env.example`: every setting with its default. */
export function envExample(): string {
  const entries = Object.entries(SETTINGS.shape).map(([field, schema]) => {
    const comment = (schema.description ?? '').match(/.{1,118}(?= |$)/g)?.map((line) => `# ${line.trim()}\n`) ?? [];
    return `\n${comment.join('')}# ${variableOf(field)}=${String(schema.parse(undefined) ?? '')}\n`;
  });
  return `# All settings and their defaults. Remove "#" to change one. Intervals are in seconds.\n${entries.join('')}`;
}
