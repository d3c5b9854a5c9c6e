import type { Page } from 'playwright-core';
import type { SubscriptionWithHealthAnswer } from '../../src/api/generated/index.ts';
import { type Area, pageOf } from '../area.ts';
import {
  CHECKED,
  DISABLED_HELD,
  FAILING,
  HEALTHY,
  LISTED,
  PREVIEW,
  REVIVED,
  SECRETS,
  TESTED,
} from '../sample-subscriptions.ts';

const at = (subscription: { readonly id: string }, search = ''): string => `/subscriptions/${subscription.id}${search}`;

/** Presses a button, and takes the pointer away, because hints would hide what came of it. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().click();
  await page.mouse.move(0, 0);
}

/** As for somebody who has no subscription yet. */
async function withNone(page: Page): Promise<void> {
  await page.route(
    ({ pathname }) => pathname === '/subscriptions',
    (route) => route.fulfill(pageOf([])),
  );
  await page.reload({ waitUntil: 'networkidle' });
}

/** What the API answers about one subscription. */
function answersTo(subscription: SubscriptionWithHealthAnswer): Area['answers'] {
  return {
    [at(subscription)]: () => ({ json: subscription }),
    [`${at(subscription)}/secret`]: () => ({ json: SECRETS }),
    [`${at(subscription)}/check`]: () => ({ json: CHECKED }),
    [`${at(subscription)}/test`]: () => ({ json: TESTED }),
  };
}

export const SUBSCRIPTIONS_AREA: Area = {
  shots: [
    { name: 'subscriptions', path: '/subscriptions' },
    { name: 'subscriptions-empty', path: '/subscriptions', act: withNone },
    { name: 'subscriptions-nothing', path: '/subscriptions?search=nothing' },
    { name: 'subscriptions-menu', path: '/subscriptions', act: (page) => press(page, /^Actions for Initech/) },
    { name: 'new-where', path: '/subscriptions/new', act: (page) => press(page, 'Use the echo receiver') },
    {
      name: 'new-what',
      path: '/subscriptions/new',
      act: async (page) => {
        await press(page, 'Use the echo receiver');
        await press(page, 'Next');
        await page.getByRole('textbox', { name: 'Event types' }).fill('order.*,invoice.paid ');
      },
    },
    {
      name: 'new-check',
      path: `/subscriptions/new?step=check&id=${HEALTHY.id}`,
      act: (page) => press(page, 'Send a test'),
    },
    { name: 'subscription', path: at(FAILING) },
    { name: 'subscription-types', path: at(FAILING, '?tab=types') },
    {
      name: 'subscription-sending',
      path: at(HEALTHY, '?tab=sending'),
      act: (page) => page.getByRole('textbox', { name: 'Name', exact: true }).fill('Umbrella CRM, new'),
    },
    {
      name: 'subscription-security',
      path: at(HEALTHY, '?tab=security'),
      act: (page) => press(page, 'Show the secret'),
    },
    { name: 'subscription-rotate', path: at(HEALTHY, '?tab=security'), act: (page) => press(page, 'Rotate') },
    { name: 'subscription-doctor', path: at(HEALTHY, '?tab=test'), act: (page) => press(page, 'Check the receiver') },
    { name: 'subscription-disabled', path: at(DISABLED_HELD) },
    {
      name: 'subscription-revived',
      path: at(DISABLED_HELD),
      act: async (page) => {
        await page.route(
          ({ pathname }) => pathname === '/replays',
          (route) => route.fulfill({ json: PREVIEW }),
        );
        await press(page, 'Enable');
        await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
      },
    },
    { name: 'subscription-pause', path: at(FAILING), act: (page) => press(page, 'Pause') },
    {
      name: 'subscription-delete',
      path: at(FAILING),
      act: async (page) => {
        await press(page, 'More actions');
        await page.getByRole('menuitem', { name: 'Delete' }).click();
      },
    },
  ],
  answers: {
    '/subscriptions': (query) => {
      const text = query.get('search') ?? '';
      return pageOf(
        LISTED.filter(
          ({ state, description, target_url: url }) =>
            state === (query.get('state') ?? state) && `${description ?? ''} ${url}`.toLowerCase().includes(text),
        ),
      );
    },
    ...answersTo(FAILING),
    ...answersTo(HEALTHY),
    // The answer of PATCH is one of GET, too.
    [at(DISABLED_HELD)]: () => ({ json: { ...REVIVED, ...DISABLED_HELD, revival: REVIVED.revival } }),
  },
};
