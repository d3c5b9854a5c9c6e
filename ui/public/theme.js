// Runs before the first paint, so that no theme flashes. The module `shell/theme.ts` does the rest.
let chosen = null;
try {
  chosen = localStorage.getItem('theme');
} catch {
  // Storage is forbidden: the system decides.
}
const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
