import { expect, test } from "vitest";
import { fcStringToSign } from "../../../src/fc/signature/fc.ts";
import { fcParts, NOW, toRequest, verify, withHeader } from "./signing.ts";

const date = "Fri, 02 Jan 2026 03:04:05 GMT";

test("the string to sign has the x-fc headers by name, and the decoded path without the query", () => {
  const request = toRequest({
    method: "GET",
    path: "/2016-08-15/services/shop/functions/a%20b%2Fc",
    query: "limit=2",
    headers: { "X-Fc-B": "2", "x-fc-a-b": "1", "X-FC-A": " 0 ", Accept: "application/json" },
    body: "",
  });
  expect(fcStringToSign(request, date)).toBe(
    `GET\n\n\n${date}\nx-fc-a:0\nx-fc-a-b:1\nx-fc-b:2\n/2016-08-15/services/shop/functions/a b/c`,
  );
});

test("a path that can't be decoded is signed as it came", () => {
  const request = toRequest({ method: "GET", path: "/%zz", query: "", headers: {}, body: "" });
  expect(fcStringToSign(request, date)).toBe(`GET\n\n\n${date}\n/%zz`);
});

test("the query is not signed", async () => {
  expect(await verify({ ...fcParts(), query: "limit=1" })).toEqual({ kind: "valid" });
});

test.each(["content-md5", "content-type", "date", "x-fc-account-id", "x-fc-trace-id"])(
  "another %s, or none, is refused",
  async (name) => {
    const code =
      name === "date" ? expect.stringMatching(/AccessDenied|MissingRequired/) : "SignatureNotMatch";
    for (const value of ["another", undefined]) {
      expect(await verify(withHeader(fcParts(), name, value))).toMatchObject({ error: { code } });
    }
  },
);

test("another time than the signed one is SignatureNotMatch", async () => {
  const later = new Date(NOW + 1000).toUTCString();
  expect(await verify(withHeader(fcParts(), "date", later))).toMatchObject({
    error: { code: "SignatureNotMatch" },
  });
});

test("an x-fc header added after signing is SignatureNotMatch, any other is no matter", async () => {
  expect(await verify(withHeader(fcParts(), "x-fc-security-token", "token"))).toMatchObject({
    error: { code: "SignatureNotMatch" },
  });
  expect(await verify(withHeader(fcParts(), "host", "proxy"))).toEqual({ kind: "valid" });
});

test("without Date and x-fc-date it is MissingRequiredHeader", async () => {
  for (const empty of ["", undefined]) {
    expect(await verify(withHeader(fcParts(), "date", empty))).toMatchObject({
      error: {
        status: 400,
        code: "MissingRequiredHeader",
        message: "required HTTP header Date was not specified",
      },
    });
  }
});

test("x-fc-date stands in for Date only when there is no Date", async () => {
  const longAgo = "Thu,1 Jan 1970 00:00:00 GMT";
  expect(await verify(fcParts({ headers: { date: "", "x-fc-date": date } }))).toEqual({ kind: "valid" });
  expect(await verify(fcParts({ headers: { "x-fc-date": longAgo } }))).toEqual({ kind: "valid" });
  expect(await verify(fcParts({ headers: { date: "", "x-fc-date": longAgo } }))).toMatchObject({
    error: { message: expect.stringContaining("too large") },
  });
});

test("a skewed clock is told both times, in the words of the cloud", async () => {
  const came = "Thu, 30 Jul 2020 16:25:45 GMT";
  expect(await verify(fcParts({ headers: { date: came } }))).toMatchObject({
    error: {
      code: "AccessDenied",
      message: `the difference between the request time '${came}' and the current time '${date}' is too large`,
    },
  });
});

test.each(["yesterday", "2026-01-02T03:04:05Z", "Fri, 02 Foo 2026 03:04:05 GMT", "1767323045000"])(
  "Date %j is AccessDenied",
  async (came) => {
    expect(await verify(fcParts({ headers: { date: came } }))).toMatchObject({
      error: { code: "AccessDenied", message: expect.stringContaining(`but got '${came}'`) },
    });
  },
);

// fc-java-sdk digests a request's JSON, signs, and sends the JSON with the signed headers inside.
test("the body is not signed: Content-MD5 may be that of another body, or absent", async () => {
  for (const contentMd5 of ["1B2M2Y8AsgTpgAmY7PhCfg==", "not a digest", ""]) {
    const parts = fcParts({ headers: { "content-md5": contentMd5 } });
    expect(await verify(parts)).toEqual({ kind: "valid" });
    expect(await verify({ ...parts, body: "another" })).toEqual({ kind: "valid" });
  }
  const parts = fcParts({ headers: { "content-md5": "" } });
  expect(await verify(withHeader(parts, "content-md5", undefined))).toEqual({ kind: "valid" });
});

test("a signature is good in one spelling only, though base64 has bits to spare", async () => {
  const parts = fcParts();
  const { authorization = "" } = parts.headers;
  const last = authorization.charCodeAt(authorization.length - 2);
  const other = `${authorization.slice(0, -2)}${String.fromCharCode(last + 1)}=`;
  expect(atob(other.slice(-44))).toBe(atob(authorization.slice(-44)));
  expect(await verify(withHeader(parts, "authorization", other))).toMatchObject({
    error: { code: "SignatureNotMatch" },
  });
});
