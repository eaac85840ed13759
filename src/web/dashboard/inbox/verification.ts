import type { DeliveryFilter } from "../../../client/index.ts";

/** The assertion, in a test with `fc-sandbox/client`, that something was delivered. */
export function verificationOf(filter: DeliveryFilter): string {
  const { service, ...rest } = filter;
  const given = service ? { service, ...rest } : rest;
  return `await sandbox.deliveries.verify(${JSON.stringify(given, null, 2)});`;
}
