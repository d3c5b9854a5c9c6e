import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { testProjects } from './test-projects.ts';

/** The service that `npm run ui:dev` shows. */
const SERVICE = 'http://127.0.0.1:8000';
const API = '^/(?!ui(/|$))';
const NOT_THE_ENTRY = /^(?!.*(main\.tsx|index\.html)$)/;

export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  plugins: [react(), tailwind()],
  build: {
    target: 'baseline-widely-available',
    // The Content-Security-Policy has no place for data: URLs.
    assetsInlineLimit: 0,
    // A polyfill for old browsers, which would be an inline script.
    modulePreload: { polyfill: false },
    manifest: true,
    sourcemap: false,
    // One file for what every screen needs. Split by who else uses its parts, it would be dozens, and 8 kB larger. The
    // entry stays apart, or it would be missing in the manifest.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'every-screen', tags: ['$initial'], test: NOT_THE_ENTRY }] } },
    },
  },
  server: { port: 5173, strictPort: true, proxy: { [API]: SERVICE, '/ui/config.json': SERVICE } },
  test: {
    environment: 'jsdom',
    projects: testProjects(import.meta.dirname),
    setupFiles: ['src/test-setup.ts'],
    clearMocks: true,
    testTimeout: 60_000,
  },
});
