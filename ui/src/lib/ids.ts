/** What an id names, by its prefix. */
export type IdKind = 'delivery' | 'event' | 'subscription' | 'replay';

const KINDS: Readonly<Record<string, IdKind>> = {
  dlv: 'delivery',
  evt: 'event',
  sub: 'subscription',
  rpl: 'replay',
};
const ID = /\b(dlv|evt|sub|rpl)_[0-7][0-9a-hjkmnp-tv-z]{25}\b/;

/** Finds an id in what somebody pasted, which may be a line of a log or a URL. */
export function findId(text: string): { readonly kind: IdKind; readonly id: string } | null {
  const [id, prefix = ''] = ID.exec(text) ?? [];
  const kind = KINDS[prefix];
  return id === undefined || kind === undefined ? null : { kind, id };
}

/** An id that fits a line, with the part that tells it from its neighbours: `dlv_…4zdt0001`. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 4)}…${id.slice(-8)}`;
}
