import { SELF } from "cloudflare:test";
import { type CreationOptions, createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { type Answer, fromAnotherClient, request } from "../request.ts";

export const fetchWorker = (url: string, init?: RequestInit) =>
  SELF.fetch(url, { ...init, headers: { ...fromAnotherClient(), ...(init?.headers as object) } });

/** A sandbox of its own, and what sends API requests to it. */
export interface TestSandbox extends SandboxClient {
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export async function newSandbox(options: CreationOptions = {}): Promise<TestSandbox> {
  const sandbox = await createSandbox("http://sandbox", options, { fetch: fetchWorker });
  const prefix = new URL(sandbox.endpoint).pathname;
  return Object.assign(sandbox, {
    send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
      request(method, prefix + path, body, headers),
  });
}
