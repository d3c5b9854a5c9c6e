import { join } from 'node:path';
import tailwind from '@tailwindcss/vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { testProjects } from './test-projects.ts';

/** The service that `npm run ui:dev` shows. */
const SERVICE = 'http://127.0.0.1:8000';
const API = '^/(?!ui(/|$))';
const PORTAL = join(import.meta.dirname, 'src', 'portal');

/** Entries stay apart, or they would be missing in the manifest. */
const NOT_AN_ENTRY = /^(?!.*(main\.tsx|element\.ts|\.html)$)/;
/** One file for what every screen needs. Split by who else uses its parts, it would be dozens, and 8 kB larger. */
const codeSplitting = { groups: [{ name: 'every-screen', tags: ['$initial' as const], test: NOT_AN_ENTRY }] };

/** Libraries say `use client` for servers that render, which there are none of. */
const CHECKS = { moduleLevelDirective: false };

const BUILD = {
  target: 'baseline-widely-available',
  // The Content-Security-Policy has no place for data: URLs.
  assetsInlineLimit: 0,
  // A polyfill for old browsers, which would be an inline script.
  modulePreload: { polyfill: false },
  manifest: true,
  sourcemap: false,
} as const;

const dashboard: ViteUserConfig = {
  root: import.meta.dirname,
  base: '/ui/',
  plugins: [tailwind()],
  build: { ...BUILD, rolldownOptions: { checks: CHECKS, output: { codeSplitting } } },
  server: { port: 5173, strictPort: true, proxy: { [API]: SERVICE, '/ui/config.json': SERVICE } },
  test: {
    environment: 'jsdom',
    projects: testProjects(import.meta.dirname),
    setupFiles: ['src/test-setup.ts'],
    clearMocks: true,
    testTimeout: 60_000,
  },
};

/**
 * `--mode portal`: the same screens, in another frame, and on what they need of two libraries, so that a customer's
 * page loads fast.
 */
const portal: ViteUserConfig = {
  root: import.meta.dirname,
  base: '/portal/',
  plugins: [tailwind()],
  resolve: {
    alias: [
      { find: '@tanstack/react-router', replacement: join(PORTAL, 'routing', 'index.tsx') },
      { find: '@tanstack/react-virtual', replacement: join(PORTAL, 'small-virtual.ts') },
      { find: /^(\.\.\/)+shell\/screen$/, replacement: join(PORTAL, 'portal-screen.tsx') },
    ],
  },
  build: {
    ...BUILD,
    rolldownOptions: {
      checks: CHECKS,
      input: ['portal.html', 'src/portal/element.ts'].map((file) => join(import.meta.dirname, file)),
      output: {
        codeSplitting,
        // Hosts write the name of the element into their pages.
        entryFileNames: ({ name }) => (name === 'element' ? 'element.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
};

export default defineConfig(({ mode }) => (mode === 'portal' ? portal : dashboard));
