/** The process does not start, for a reason that whoever runs it can remove. The message says how. */
export class StartRefused extends Error {}
