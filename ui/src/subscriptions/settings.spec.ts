import { describe, expect, it } from 'vitest';
import { aSubscription } from '../testing/subscription-samples';
import { summaryWords } from './receiver-check';
import { sendingDraftOf, sendingPatchOf } from './sending-draft';
import { readNewSearch, readSubscriptionSearch } from './subscription-search';
import { scheduleWords } from './tabs/retry-fields';
import { suggestionsOf } from './type-suggestions';
import { nameOf, sentenceOf } from './words';

describe('the form of how to send', () => {
  const stored = sendingDraftOf(
    aSubscription({
      headers: { 'X-Api-Key': '[redacted]', 'X-Team': 'money' },
      shown_headers: ['X-Team'],
      auth: { type: 'basic', username: 'hooks', password: '[redacted]' },
      metadata: { customer: 'c_42' },
    }),
  );

  it('sends nothing of what was not touched', () => {
    expect(sendingPatchOf({ ...stored }, stored)).toEqual({});
  });

  it('never shows or sends the placeholder of a hidden value as a value', () => {
    expect(JSON.stringify(stored)).not.toContain('redacted');
    const renamed = stored.headers.map((row) => (row.isKept ? { ...row, name: 'X-Key', isKept: false } : row));

    expect(sendingPatchOf({ ...stored, headers: renamed }, stored).headers).toEqual({ 'X-Key': '', 'X-Team': 'money' });
  });

  it('keeps the password when only the user name changes, and resets what is emptied', () => {
    const draft = { ...stored, username: 'other', timeout: '', description: ' ', metadata: '' };

    expect(sendingPatchOf(draft, stored)).toEqual({
      description: null,
      timeout: null,
      metadata: {},
      auth: { type: 'basic', username: 'other', password: '[redacted]' },
    });
  });

  it('changes one number of the retries without the others', () => {
    expect(sendingPatchOf({ ...stored, max_attempts: '9' }, stored)).toEqual({ retry: { max_attempts: 9 } });
    expect(sendingPatchOf({ ...stored, authType: 'none' }, stored)).toEqual({ auth: null });
  });
});

describe('words', () => {
  it('name a subscription by its description, or by where it leads', () => {
    expect(nameOf(aSubscription())).toBe('Billing');
    expect(nameOf(aSubscription({ description: null }))).toBe('hooks.example.com/in');
  });

  it('say in terms of buttons what the service says in terms of requests', () => {
    const waiting = { health: { waiting: 12 } };

    expect(sentenceOf(aSubscription())).toBe('All 1,430 attempts of the last day succeeded.');
    expect(sentenceOf(aSubscription({ ...waiting, state: 'paused' }))).toBe(
      'It is paused: 12 deliveries wait until it is resumed.',
    );
    expect(sentenceOf(aSubscription({ ...waiting, state: 'disabled', disabled_reason: 'failing' }))).toMatch(
      /^It was disabled because all attempts had failed for days\. 12 deliveries are held until it is enabled\./,
    );
  });

  it('name the checks of a receiver for people, and only in the list of them', () => {
    expect(summaryWords('Deliveries arrive, but 2 checks have a warning (tls, redirects). No redirects (302).')).toBe(
      'Deliveries arrive, but 2 checks have a warning (TLS and its certificate, answers without redirects). No redirects (302).',
    );
  });

  it.each([
    [
      { max_attempts: '4', initial_interval: '10', max_interval: '30' },
      'It waits about 10 s, 20 s, 30 s between its attempts.',
    ],
    [{ max_attempts: '1', initial_interval: '10', max_interval: '30' }, 'A failure is final.'],
    [{ max_attempts: '', initial_interval: '10', max_interval: '30' }, ''],
  ])('say what retries come of %j', (draft, words) => {
    expect(scheduleWords(draft)).toBe(words);
  });
});

describe('suggestions of event types', () => {
  it('are patterns above several types, the types, and all', () => {
    expect(suggestionsOf(['order.paid', 'order.created', 'user.created'], ['invoice.*', '*', 'order.paid'])).toEqual([
      'order.*',
      'order.paid',
      'order.created',
      'user.created',
      'invoice.*',
      '*',
    ]);
  });

  it('are few, whatever there is', () => {
    expect(
      suggestionsOf(
        Array.from({ length: 99 }, (_, n) => `type-${n}`),
        [],
      ),
    ).toHaveLength(12);
  });
});

describe('the URL', () => {
  it('leads to no step that cannot be taken yet', () => {
    expect(readNewSearch({ step: 'check' })).toEqual({});
    expect(readNewSearch({ step: 'check', id: 'sub_1' })).toEqual({ step: 'check', id: 'sub_1' });
  });

  it('leads to the overview where it names no part', () => {
    expect(readSubscriptionSearch({ tab: 'overview', range: '7d' })).toEqual({ range: '7d' });
    expect(readSubscriptionSearch({ tab: 'nonsense', language: 'go' })).toEqual({ language: 'go' });
  });
});
