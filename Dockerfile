FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The build needs no install script, and those of the development dependencies fetch a Node.js and a PostgreSQL.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ormconfig.ts ./
COPY src src
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages stay out: TypeScript, because a plugin that is not used could want it, and a native decoder that Bull
# does without. So do type declarations, and source maps, which --enable-source-maps would load into memory.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-slim
# Room for what lives as long as one request, so that it is not moved with what stays.
ENV NODE_ENV=production HOST=0.0.0.0 NODE_OPTIONS="--enable-source-maps --max-semi-space-size=32"
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
# Says that dist holds ES modules.
COPY package.json ./
COPY --from=build /app/dist dist
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT || process.env.PORT || 8000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# API and worker in one process. Apart: node dist/src/main.api.js and node dist/src/main.worker.js.
CMD ["node", "dist/src/main.js"]
