import { describe, expect, it } from 'vitest';
import { aGap, anAccepted, anAttempted, attemptsOn } from '../testing/live-samples';
import { KEPT_ROWS, LiveFeed, type LiveRow } from './live-feed';
import { matcherOf } from './live-search';

const NOW = Date.parse('2026-01-31T12:00:21.000Z');
const types = (rows: readonly LiveRow[]): unknown[] =>
  rows.map(({ what }) => ('event_type' in what.body ? what.body.event_type : what.kind));
const only = (type: string) => matcherOf({ event_type: type });

describe('the feed of the live view', () => {
  it('has the newest on top, and what the stream says about itself between', () => {
    const feed = new LiveFeed();

    feed.take(attemptsOn(1, 2), NOW);
    feed.note(aGap(), NOW);
    feed.take(attemptsOn(3, 3), NOW);

    expect(types(feed.shown.get().rows)).toEqual(['order.n3', 'gap', 'order.n2', 'order.n1']);
  });

  it('keeps a thousand rows, whatever comes', () => {
    const feed = new LiveFeed();

    feed.take(attemptsOn(1, 2500), NOW);
    feed.take(attemptsOn(2501, 2503), NOW);

    expect(feed.shown.get().rows).toHaveLength(KEPT_ROWS);
    expect(types(feed.shown.get().rows).slice(0, 4)).toEqual([
      'order.n2503',
      'order.n2502',
      'order.n2501',
      'order.n2500',
    ]);
  });

  it('keeps what is rare although a thousand others came after it', () => {
    const feed = new LiveFeed();
    feed.narrow('rare', only('rare'));

    feed.take([anAttempted({ event_type: 'rare' })], NOW);
    for (let batch = 0; batch < 5; batch += 1) feed.take(attemptsOn(1, 500), NOW);

    expect(types(feed.shown.get().rows)).toEqual(['rare']);
  });

  it('looks through the last thousand when the filter changes, and leaves notices', () => {
    const feed = new LiveFeed();
    feed.take(attemptsOn(1, 3), NOW);
    feed.note(aGap(), NOW);

    feed.narrow('second', only('order.n2'));

    expect(types(feed.shown.get().rows)).toEqual(['gap', 'order.n2']);
    feed.narrow('all', matcherOf({}));
    expect(feed.shown.get().rows).toHaveLength(4);
  });

  it('keeps rows when a screen with the same filter comes back', () => {
    const feed = new LiveFeed();
    feed.narrow('rare', only('rare'));
    feed.take([anAttempted({ event_type: 'rare' }), ...attemptsOn(1, 1500)], NOW);
    feed.take(attemptsOn(1, 1000), NOW);
    const before = feed.shown.get().rows;

    feed.narrow('rare', only('rare'));

    expect(feed.shown.get().rows).toBe(before);
  });

  it('counts what the filter hides', () => {
    const feed = new LiveFeed();
    feed.narrow('none', only('none'));

    feed.take([anAccepted(), anAttempted()], NOW);

    expect(feed.shown.get().rows).toEqual([]);
    expect(feed.pace.rates(NOW + 1000)).toMatchObject({ events: 1, attempts: 1 });
  });

  it('forgets rows and rates when they belong to somebody else', () => {
    const feed = new LiveFeed();
    feed.take([anAccepted()], NOW);

    feed.forget();

    expect(feed.shown.get().rows).toEqual([]);
    expect(feed.pace.rates(NOW + 1000).events).toBe(0);
  });
});
