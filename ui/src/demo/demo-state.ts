import { Store } from '../lib/store';
import type { DemoProgress } from './run-demo';

/** The traffic that this page makes. It goes on while one looks at other screens. */
export type DemoState =
  | { readonly state: 'idle' }
  | { readonly state: 'running' | 'stopped' | 'done'; readonly progress: DemoProgress }
  | { readonly state: 'failed'; readonly progress: DemoProgress; readonly why: string };

export const demoState = new Store<DemoState>({ state: 'idle' });
