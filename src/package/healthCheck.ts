// The image's HEALTHCHECK: exits with 0 when the sandbox on the port that is the argument is healthy, else with 1.
import { once } from "node:events";
import http, { type ClientRequest } from "node:http";
import https from "node:https";

const [port] = process.argv.slice(2);
const health = `127.0.0.1:${port}/_sandbox/health`;

async function isHealthy(request: ClientRequest): Promise<boolean> {
  const [response] = await once(request, "response");
  return response.statusCode === 200;
}

// The container's options decide between HTTPS and HTTP. The certificate may be for other hosts, so it is not verified.
const healthy = await isHealthy(https.get(`https://${health}`, { rejectUnauthorized: false }))
  .catch(() => isHealthy(http.get(`http://${health}`)))
  .catch(() => false);
process.exit(healthy ? 0 : 1);
