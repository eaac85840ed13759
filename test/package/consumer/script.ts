import { startSandbox } from "fc-sandbox";
import { createSandbox } from "fc-sandbox/client";

const asked = performance.now();
const server = await startSandbox();
const readyMs = performance.now() - asked;
const sandbox = await createSandbox(server.url);
const put = await fetch(`${sandbox.endpoint}/2023-03-30/functions/report/async-invoke-config`, {
  method: "PUT",
  body: '{"maxAsyncRetryAttempts": 1}',
  headers: { "Content-Type": "application/json" },
});
await sandbox.requests.verify({ operation: "put", status: 200 }, { exactly: 1 });
console.log(JSON.stringify({ readyMs, pid: server.pid, url: server.url, config: await put.json() }));

// How it ends is what the test asks for.
const [ending] = process.argv.slice(2);
if (ending === "close") await server.close();
if (ending === "dispose") await server[Symbol.asyncDispose]();
if (ending === "exit") process.exit(3);
if (ending === "throw") throw new Error("as it was asked for");
