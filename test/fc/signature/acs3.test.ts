import { expect, test } from "vitest";
import { canonicalRequest } from "../../../src/fc/signature/acs3.ts";
import { acs3Parts, KEY, toRequest, verify, withHeader } from "./signing.ts";

function canonicalQuery(query: string): string | undefined {
  const request = toRequest({ method: "GET", path: "/", query, headers: {}, body: "" });
  return canonicalRequest(request, [], "").split("\n")[2];
}

test.each([
  ["", ""],
  ["qualifier=prod", "qualifier=prod"],
  ["b=2&a=1", "a=1&b=2"],
  ["a=2&a=1&a-b=0&B=3", "B=3&a=1&a=2&a-b=0"],
  ["nextToken", "nextToken="],
  ["nextToken=", "nextToken="],
  ["a=x y&b=x+y&c=x%20y", "a=x%20y&b=x%20y&c=x%20y"],
  ["a=!*'()~-_.", "a=%21%2A%27%28%29~-_."],
  ["a=%2f%2B=", "a=%2F%2B%3D"],
  ["%E4%BD%A0=é", "%E4%BD%A0=%C3%A9"],
  ["?a=1", "%3Fa=1"],
])("the canonical form of the query %j is %j", (query, canonical) => {
  expect(canonicalQuery(query)).toBe(canonical);
});

test("the canonical request has the signed headers by name, in lower case and trimmed", () => {
  const request = toRequest({
    method: "GET",
    path: "/2023-03-30/functions/a%20b",
    query: "",
    headers: { "X-Acs-Date": " 2026-01-02T03:04:05Z ", Host: "127.0.0.1:8787", Accept: "*/*" },
    body: "",
  });
  expect(canonicalRequest(request, ["x-acs-date", "host"], "hash")).toBe(
    "GET\n/2023-03-30/functions/a%20b\n\nhost:127.0.0.1:8787\nx-acs-date:2026-01-02T03:04:05Z\n\n" +
      "host;x-acs-date\nhash",
  );
});

test("another query is SignatureNotMatch", async () => {
  for (const query of ["", "qualifier=prod2", "qualifier=prod&limit=1"]) {
    expect(await verify({ ...acs3Parts(), query })).toMatchObject({ error: { code: "SignatureNotMatch" } });
  }
});

const signedHeaders = [
  ...["content-type", "host", "x-acs-action", "x-acs-content-sha256"],
  ...["x-acs-signature-nonce", "x-acs-version"],
];

test.each(signedHeaders)(
  "another %s is SignatureNotMatch, and none is MissingRequiredHeader",
  async (name) => {
    expect(await verify(withHeader(acs3Parts(), name, "another"))).toMatchObject({
      error: { code: "SignatureNotMatch" },
    });
    expect(await verify(withHeader(acs3Parts(), name, undefined))).toMatchObject({
      error: { code: "MissingRequiredHeader", message: `required HTTP header ${name} was not specified` },
    });
  },
);

test("another x-acs-date is SignatureNotMatch, and none is MissingRequiredHeader", async () => {
  expect(await verify(withHeader(acs3Parts(), "x-acs-date", "2026-01-02T03:04:06Z"))).toMatchObject({
    error: { code: "SignatureNotMatch" },
  });
  for (const empty of ["", undefined]) {
    expect(await verify(withHeader(acs3Parts(), "x-acs-date", empty))).toMatchObject({
      error: { status: 400, message: "required HTTP header x-acs-date was not specified" },
    });
  }
});

test("a signed x-acs-content-sha256 that is not the body's is SignatureNotMatch", async () => {
  for (const hash of ["0".repeat(64), "UNSIGNED-PAYLOAD"]) {
    const parts = acs3Parts({ headers: { "x-acs-content-sha256": hash } });
    expect(await verify(parts)).toMatchObject({ error: { code: "SignatureNotMatch" } });
  }
});

test.each(["host", "x-acs-date", "x-acs-content-sha256", "x-acs-security-token", "x-acs-action"])(
  "%s has to be signed",
  async (name) => {
    const headers = { "x-acs-security-token": "token" };
    const names = Object.keys(acs3Parts({ headers }).headers).filter(
      (each) => each !== "authorization" && each !== name,
    );
    expect(await verify(acs3Parts({ headers }, names.sort()))).toMatchObject({
      error: { code: "AccessDenied", message: `the header '${name}' must be in SignedHeaders` },
    });
  },
);

test("Content-Type and headers of no scheme need not be signed", async () => {
  const names = Object.keys(acs3Parts().headers).filter((name) => /^host$|^x-acs-/.test(name));
  const parts = acs3Parts({ headers: { "user-agent": "any", "x-fc-trace-id": "trace" } }, names.sort());
  expect(await verify(parts)).toEqual({ kind: "valid" });
});

test("spaces after the commas of the Authorization header are no matter", async () => {
  const parts = acs3Parts();
  const { authorization } = parts.headers;
  const spaced = authorization?.replaceAll(",", ", ");
  expect(await verify(withHeader(parts, "authorization", spaced))).toEqual({ kind: "valid" });
});

test("a skewed clock is told both times", async () => {
  const now = Date.UTC(2026, 0, 2, 12, 0, 0, 999);
  expect(await verify(acs3Parts(), KEY, now)).toMatchObject({
    error: {
      code: "AccessDenied",
      message:
        "the difference between the request time '2026-01-02T03:04:05Z' and the current time " +
        "'2026-01-02T12:00:00Z' is too large",
    },
  });
});

test.each(["now", "Fri, 02 Jan 2026 03:04:05 GMT", "2026-13-02T03:04:05Z", "2026-01-02"])(
  "x-acs-date %j is AccessDenied",
  async (came) => {
    expect(await verify(acs3Parts({ headers: { "x-acs-date": came } }))).toMatchObject({
      error: { code: "AccessDenied", message: expect.stringContaining(`but got '${came}'`) },
    });
  },
);
