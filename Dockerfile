FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc .puppeteerrc.cjs ./
RUN npm ci
COPY . .
RUN node scripts/build.mjs

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc .puppeteerrc.cjs ./
# `npm start` on a clone needs the bundler, and a library names the compiler as its peer; here everything is built already.
RUN npm ci --omit=dev && \
  rm -rf node_modules/esbuild node_modules/@esbuild node_modules/typescript && \
  rm -f node_modules/.bin/esbuild node_modules/.bin/tsc node_modules/.bin/tsserver

FROM node:24-slim
# Chromium runs WhatsApp Web, ffmpeg makes voice messages of what browsers record.
RUN apt-get update && \
  apt-get install -y --no-install-recommends chromium ffmpeg && \
  rm -rf /var/lib/apt/lists/*
# Containers allow Chromium no user namespaces for a sandbox of its own; it opens one page here, in a container, as nobody special.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data BROWSER_SANDBOX=off
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY scripts/makeSecrets.mjs ./scripts/
RUN mkdir /secrets /data && chown node:node /secrets /data
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/main.js"]
