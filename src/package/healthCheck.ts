// What the image's HEALTHCHECK runs: ends with 0 when the sandbox on the port that it is given answers, else with 1.
import { once } from "node:events";
import http, { type ClientRequest } from "node:http";
import https from "node:https";

const [port] = process.argv.slice(2);
const health = `127.0.0.1:${port}/_sandbox/health`;

async function isHealthy(request: ClientRequest): Promise<boolean> {
  const [response] = await once(request, "response");
  return response.statusCode === 200;
}

// Whoever started the container chose one of the two. Which hosts the certificate is for does not matter here.
const healthy = await isHealthy(https.get(`https://${health}`, { rejectUnauthorized: false }))
  .catch(() => isHealthy(http.get(`http://${health}`)))
  .catch(() => false);
process.exit(healthy ? 0 : 1);
