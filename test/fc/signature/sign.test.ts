import { expect, test } from "vitest";
import { schemes, signedHeaders } from "../../../src/fc/signature/sign.ts";
import { verifySignature } from "../../../src/fc/signature/verdict.ts";
import { KEY, NOW, nodeMd5, toRequest } from "./signing.ts";

const request = toRequest({
  method: "PUT",
  path: "/2023-03-30/functions/report/async-invoke-config",
  query: "qualifier=pr%20od&x=",
  headers: { "content-type": "application/json", host: "127.0.0.1:8787", "x-acs-version": "2023-03-30" },
  body: '{"maxAsyncRetryAttempts":1}',
});

const verdictOn = (headers: Headers, body = request.body) =>
  verifySignature({ ...request, headers, body }, KEY, NOW, nodeMd5);

test.each(schemes)("a signature by %s is one that the sandbox accepts", async (scheme) => {
  const headers = await signedHeaders(scheme, KEY, request, new Date(NOW));
  expect(headers.get("Authorization")?.startsWith(scheme)).toBe(true);
  expect(await verdictOn(headers)).toEqual({ kind: "valid" });
  headers.set("Authorization", headers.get("Authorization")?.replace(/.{4}=?$/, "aaa=") ?? "");
  expect((await verdictOn(headers)).kind).toBe("refused");
});

test.each(schemes)("a signature by %s replaces an earlier one, of another time", async (scheme) => {
  const headers = new Headers(request.headers);
  headers.set("Authorization", "FC somebody:c2ln");
  headers.set("Date", "Mon, 02 Jan 2006 15:04:05 GMT");
  headers.set("x-fc-date", "Mon, 02 Jan 2006 15:04:05 GMT");
  headers.set("x-acs-date", "2006-01-02T15:04:05Z");
  const signed = await signedHeaders(scheme, KEY, { ...request, headers }, new Date(NOW));
  expect(await verdictOn(signed)).toEqual({ kind: "valid" });
});

test("ACS3-HMAC-SHA256 covers the body", async () => {
  const headers = await signedHeaders("ACS3-HMAC-SHA256", KEY, request, new Date(NOW));
  expect((await verdictOn(headers, new TextEncoder().encode("{}"))).kind).toBe("refused");
});
