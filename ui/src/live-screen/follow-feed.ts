import { nowMs } from '../lib/clock';
import { followMessages } from '../live/live';
import { LiveFeed } from './live-feed';

/** The feed of this tab. It goes on while other screens are shown, so that there is no hole when one comes back. */
export const feed = new LiveFeed();
let hasBegun = false;

/** Begins when the screen is shown for the first time. */
export function beginFeed(): void {
  if (hasBegun) return;
  hasBegun = true;
  followMessages({
    onMessages: (messages) => feed.take(messages, nowMs()),
    onNotice: (notice) => feed.note(notice, nowMs()),
    onForget: () => feed.forget(),
  });
}
