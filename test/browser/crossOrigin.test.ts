import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSandbox } from "../../src/client/index.ts";
import { SERVER } from "../server.ts";
import { hasBrowser, launchBrowser } from "./browser.ts";

const app = createServer((_, response) => {
  response.setHeader("Content-Type", "text/html").end("<title>a console</title>");
});

beforeAll(async () => {
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
});
afterAll(() => app.close());

describe.skipIf(!hasBrowser)("a page of another origin", () => {
  test("calls the API with fetch, and reads the request id, errors and the control plane", async () => {
    const sandbox = await createSandbox(SERVER);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}/`);
      const send = (method: string, url: string, headers: Record<string, string> = {}, body?: string) =>
        page.evaluate(
          async ([method, url, headers, body]) => {
            const response = await fetch(url, { method, headers, body: body ?? null });
            const text = await response.text();
            const id = response.headers.get("X-Fc-Request-Id");
            return { status: response.status, id, body: text && JSON.parse(text) };
          },
          [method, url, headers, body] as const,
        );
      const config = `${sandbox.endpoint}/2016-08-15/services/demo/functions/f/async-invoke-config`;
      const json = {
        "Content-Type": "application/json",
        "X-Fc-Account-Id": "42",
        "x-fc-date": new Date().toUTCString(),
      };
      const put = await send("PUT", config, json, '{"maxAsyncRetryAttempts": 2}');
      expect(put).toMatchObject({ status: 200, body: { maxAsyncRetryAttempts: 2 } });
      expect(put.id).toMatch(/^[0-9a-f-]{36}$/);
      const wrong = await send("PUT", config, json, '{"maxAsyncRetryAttempts": 9}');
      expect(wrong).toMatchObject({ status: 400, body: { ErrorCode: "InvalidArgument" } });
      expect((await send("DELETE", config)).status).toBe(204);
      const authorization = { Authorization: `Bearer ${sandbox.access.controlToken}` };
      const journal = await send("GET", `${sandbox.endpoint}/_sandbox/requests`, authorization);
      expect(journal.body.requests[2].requestId).toBe(put.id);
    } finally {
      await browser.close();
    }
  });
});
