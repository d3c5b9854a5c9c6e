FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY ui/package.json ui/
# The build needs no install scripts. Those of the development dependencies would download Node.js and PostgreSQL.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ormconfig.ts ./
COPY src src
RUN npm run build
COPY scripts/toolchain.mjs scripts/ui.mjs scripts/
COPY scripts/ui scripts/ui
COPY ui ui
RUN npm run ui:build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY ui/package.json ui/
# Leaves out optional packages: TypeScript, which only an unused plugin needs, and a native decoder that Bull does not
# need. Also removes type declarations, and source maps, which --enable-source-maps would load into memory.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-slim
# A larger young generation, so that objects that live as long as one request are not promoted to the old one.
ENV NODE_ENV=production HOST=0.0.0.0 NODE_OPTIONS="--enable-source-maps --max-semi-space-size=32"
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
# Declares that dist contains ES modules.
COPY package.json ./
COPY --from=build /app/dist dist
COPY --from=build /app/ui/dist ui/dist
# Prints a key for BOOTSTRAP_API_KEY.
COPY scripts/make-key.mjs scripts/
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT || process.env.PORT || 8000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Runs API and worker in one process, or in n with PROCESSES=n. To run them separately: node dist/src/main.api.js, node dist/src/main.worker.js.
CMD ["node", "dist/src/main.js"]
