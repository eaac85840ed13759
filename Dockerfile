# Builds the npm package, and installs it into an image without what it was built with. workerd needs glibc: not Alpine.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN mkdir /package /app \
  && npm pack --pack-destination /package \
  && npm install --prefix /app --no-audit --no-fund /package/fc-sandbox-*.tgz

FROM node:24.21.0-bookworm-slim
COPY --from=build /app /app
# The state is kept in .fc-sandbox/ below the working directory. A new volume gets the owner that this directory has.
WORKDIR /data
RUN chown node:node /data
# By its number, so that a cluster sees that it is not root: node.
USER 1000:1000
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
  CMD ["node", "/app/node_modules/fc-sandbox/dist/package/health-check.js", "8787"]
ENTRYPOINT ["node", "/app/node_modules/fc-sandbox/dist/package/cli.js", "--host", "0.0.0.0", "--port", "8787"]
