import { nearestPatterns } from './nearest-types.js';
import { noDeliveries } from './no-deliveries.js';

describe('the patterns nearest to an event type', () => {
  it.each([
    ['order.create', ['user.deleted', 'order.created'], ['order.created']],
    ['Order.Created', ['order.created', 'user.created'], ['order.created']],
    ['order_created', ['order.created'], ['order.created']],
    ['ordr.created', ['user.*', 'order.*'], ['order.*']],
    ['order.line.add', ['order.line.*.x', 'order.lines.*'], ['order.lines.*']],
    // Closest first, at most three.
    ['order.paids', ['order.pay', 'order.paid', 'order.said', 'order.laid', 'order.raid'], ['order.paid', 'order.laid', 'order.raid']], // prettier-ignore
    // Nothing is similar: the same first word, or else anything.
    ['order.refunded', ['user.created', 'order.created'], ['order.created']],
    ['invoice.sent', ['user.created', 'order.created', 'a', 'b'], ['user.created', 'order.created', 'a']],
    // Short types do not all resemble each other.
    ['a', ['b', 'ab'], ['b', 'ab']],
    ['x'.repeat(128), ['y'.repeat(128), `${'x'.repeat(127)}y`], [`${'x'.repeat(127)}y`]],
    ['order.created', [], []],
    // Edits of every kind: one more letter, one less, another one, and all of them apart from each other.
    ['order.created.eu', ['order.xcreated.eu'], ['order.xcreated.eu']],
    ['order.created.eu', ['orer.creatd.eu'], ['orer.creatd.eu']],
    ['order.created.eu', ['xrder.creeted.ey', 'a'], ['xrder.creeted.ey']],
    ['order.created.eu', ['xrder.creeted.exx', 'a', 'b', 'c'], ['xrder.creeted.exx', 'a', 'b']],
  ])('of %s among %j are %j', (eventType, patterns, nearest) => {
    expect(nearestPatterns(eventType, patterns)).toEqual(nearest);
  });
});

describe('the reason why an event reaches nobody', () => {
  const reason = (wanted: string[], disabled: string[] = [], { isCut = false, mayRead = true } = {}) =>
    noDeliveries('order.create', { wanted, disabled, isCut }, mayRead);

  it('is that there is no subscription', () => {
    expect(reason([])).toMatchObject({ code: 'no_subscriptions' });
  });

  it('is that those who want it are disabled, even if others are not', () => {
    expect(reason(['user.*'], ['order.*'])).toMatchObject({ code: 'subscriptions_disabled' });
  });

  it('is in the past, if a subscription wants it by now', () => {
    const detail = expect.stringContaining('one does now') as string;
    expect(reason(['order.*'], ['order.*'])).toEqual({ code: 'type_not_subscribed', detail });
  });

  it('is that nobody wants its type, with the nearest that is wanted', () => {
    const detail = expect.stringMatching(/no subscription wants order\.create; .*: order\.created$/) as string;
    expect(reason(['user.*', 'order.created'])).toEqual({ code: 'type_not_subscribed', detail });
    // Not for those who may not read subscriptions.
    expect(reason(['user.*', 'order.created'], [], { mayRead: false })).toEqual({
      code: 'type_not_subscribed',
      detail: 'reaches nobody, because no subscription wants order.create',
    });
    const all = expect.stringContaining('all subscriptions are disabled') as string;
    expect(reason([], ['user.*'])).toEqual({ code: 'type_not_subscribed', detail: all });
  });

  it('says nothing of all subscriptions if only some were read', () => {
    const detail = 'reaches nobody, because no active or paused subscription wants order.create';
    for (const types of [
      [['order.created'], []],
      [[], ['user.*']],
    ] as [string[], string[]][]) {
      expect(reason(...types, { isCut: true })).toEqual({ code: 'type_not_subscribed', detail });
    }
    expect(reason([], ['order.*'], { isCut: true })).toMatchObject({ code: 'subscriptions_disabled' });
  });
});
