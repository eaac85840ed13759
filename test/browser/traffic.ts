import FC from "@alicloud/fc2";
import { expect } from "vitest";
import type { SandboxClient } from "../../src/client/index.ts";

// Requests of clients, which the pages show.

export const QUEUE = "acs:mns:cn-hangzhou:1234567890123456:/queues/failed/messages";
export const TOPIC = "acs:mns:cn-hangzhou:1234567890123456:/topics/done/messages";
export const NOON = "2030-01-31T12:00:00Z";
export const PHONE = { viewport: { width: 360, height: 740 } };

/** The official SDK for FC 2.0. */
export function sdk(sandbox: SandboxClient) {
  return new FC("1234567890123456", {
    accessKeyID: sandbox.access.accessKeyId ?? "",
    accessKeySecret: sandbox.access.accessKeySecret ?? "",
    region: "cn-hangzhou",
    endpoint: sandbox.endpoint,
  });
}

/** PUTs the config of a function of FC 3.0 with fetch. */
export function put(
  sandbox: SandboxClient,
  name: string,
  items: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${sandbox.endpoint}/2023-03-30/functions/${name}/async-invoke-config`, {
    method: "PUT",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(items),
  });
}

/** Invokes a function asynchronously: `order` of service `shop`, unless another path is given. */
export async function invoke(
  sandbox: SandboxClient,
  outcomes: string,
  path = "/2016-08-15/services/shop.prod/functions/order",
): Promise<void> {
  const response = await fetch(`${sandbox.endpoint}${path}/invocations`, {
    method: "POST",
    headers: { "X-Fc-Invocation-Type": "Async", "X-Sandbox-Outcome": outcomes },
    body: "{}",
  });
  expect(response.status, await response.text()).toBe(202);
}
