import type { ThemeInput } from '../api/generated';

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
let theme: ThemeInput = {};

/** Shows the colours of a host, or those of the dashboard, in the scheme that the host or the browser wants. */
export function showTheme(given: ThemeInput | null): void {
  theme = given ?? {};
  show();
}

/** Follows the browser between light and dark. */
export function followBrowser(): void {
  prefersDark.addEventListener('change', show);
  show();
}

function show(): void {
  const { dataset, style } = document.documentElement;
  dataset.theme = schemeOf(theme, prefersDark.matches);
  // By the object model, because the Content-Security-Policy allows no style in the page.
  for (const [name, value] of Object.entries(variablesOf(theme))) {
    if (value === null) style.removeProperty(name);
    else style.setProperty(name, value);
  }
}

/** A background decides what colours of text and marks fit it, unless the host says it. */
export function schemeOf({ mode = 'auto', background }: ThemeInput, isBrowserDark: boolean): 'light' | 'dark' {
  if (mode !== 'auto') return mode;
  if (background !== undefined) return luminanceOf(background) < 0.2 ? 'dark' : 'light';
  return isBrowserDark ? 'dark' : 'light';
}

/** Values of the variables that a theme sets; null for those that it leaves as they are. */
export function variablesOf(given: ThemeInput): Record<string, string | null> {
  const { primary = null, background = null, foreground = null, radius } = given;
  const hasSurface = background !== null || foreground !== null;
  const mixed = (percent: number): string | null =>
    hasSurface ? `color-mix(in oklab, var(--foreground) ${percent}%, var(--background))` : null;
  return {
    '--background': background,
    '--foreground': foreground,
    '--card': background,
    '--popover': background,
    '--secondary': mixed(5),
    '--secondary-foreground': foreground,
    '--muted': mixed(5),
    '--muted-foreground': mixed(72),
    '--accent': mixed(6),
    '--accent-foreground': foreground,
    '--border': mixed(12),
    '--input': mixed(18),
    '--primary': primary ?? foreground,
    '--primary-foreground': given.primary_foreground ?? (primary === null ? background : textOn(primary)),
    '--brand': primary,
    '--brand-tint': primary === null ? null : `color-mix(in oklab, ${primary} 7%, var(--background))`,
    '--ring': primary,
    '--radius': radius === undefined ? null : `${radius}px`,
  };
}

/** Black or white, whichever is read more easily on a colour. */
function textOn(color: string): string {
  return luminanceOf(color) > 0.18 ? '#000000' : '#ffffff';
}

/** Relative luminance as WCAG defines it, from 0 to 1. @param color as `#rrggbb` */
function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
