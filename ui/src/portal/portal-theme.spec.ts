import { afterEach, describe, expect, it } from 'vitest';
import { schemeOf, showTheme, variablesOf } from './portal-theme';

describe('the theme of a portal', () => {
  const { style, dataset } = document.documentElement;
  const valueOf = (name: string): string => style.getPropertyValue(name);

  afterEach(() => showTheme(null));

  it('sets the variables of the dashboard, and takes them back', () => {
    showTheme({ primary: '#0f766e', background: '#ffffff', foreground: '#111111', radius: 10 });

    expect(['--primary', '--brand', '--ring', '--background', '--foreground', '--radius'].map(valueOf)).toEqual([
      '#0f766e',
      '#0f766e',
      '#0f766e',
      '#ffffff',
      '#111111',
      '10px',
    ]);
    expect(valueOf('--border')).toContain('color-mix');
    expect(dataset.theme).toBe('light');

    showTheme(null);
    expect(style).toHaveLength(0);
  });

  it.each([
    ['#0f766e', '#ffffff'],
    ['#f59e0b', '#000000'],
  ])('writes on %s in %s, unless the host says it', (primary, text) => {
    expect(variablesOf({ primary })['--primary-foreground']).toBe(text);
    expect(variablesOf({ primary, primary_foreground: '#123456' })['--primary-foreground']).toBe('#123456');
  });

  it.each([
    ['what the host says', { mode: 'light', background: '#000000' }, true, 'light'],
    ['the background', { background: '#14161f' }, false, 'dark'],
    ['the background', { mode: 'auto', background: '#fafafa' }, true, 'light'],
    ['the browser', { primary: '#0f766e' }, true, 'dark'],
    ['the browser', {}, false, 'light'],
  ] as const)('is light or dark by %s', (_, theme, isBrowserDark, scheme) => {
    expect(schemeOf(theme, isBrowserDark)).toBe(scheme);
  });
});
