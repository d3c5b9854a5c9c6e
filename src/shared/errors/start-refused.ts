/** The process refuses to start for a reason that the operator can fix. The message says how. */
export class StartRefused extends Error {}
