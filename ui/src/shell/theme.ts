import { Store } from '../lib/store';

export type Theme = 'light' | 'dark' | 'auto';

const NAME = 'theme';
const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

export const theme = new Store<Theme>(storedTheme());

/** `public/theme.js` has set the first one, before anything was painted. */
export function followTheme(): void {
  prefersDark.addEventListener('change', show);
  theme.subscribe(show);
  show();
}

export function chooseTheme(chosen: Theme): void {
  try {
    if (chosen === 'auto') localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, chosen);
  } catch {
    // Storage is forbidden: the choice holds for this page.
  }
  theme.set(chosen);
}

function show(): void {
  const chosen = theme.get();
  const isDark = chosen === 'dark' || (chosen === 'auto' && prefersDark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(NAME);
    return stored === 'light' || stored === 'dark' ? stored : 'auto';
  } catch {
    return 'auto';
  }
}
