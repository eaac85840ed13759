import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactedHeaders, redactedUrl } from "../../src/journal/redaction.ts";

const SECRET = "c2VjcmV0";

describe("headers", () => {
  test.each([
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "X-Acs-Security-Token",
    "X-Fc-Security-Token",
    "X-Acs-Signature",
    "X-Api-Key",
    "ApiKey",
    "Sec-WebSocket-Protocol",
    "X-Password",
  ])("%s is replaced", (name) => {
    expect(redactedHeaders(new Headers({ [name]: SECRET }), 1000)).toEqual({
      [name.toLowerCase()]: "(secret)",
    });
  });

  test.each(["X-Acs-Signature-Nonce", "X-Acs-Signature-Method", "Date", "Host", "X-Acs-Action"])(
    "%s is kept",
    (name) => {
      expect(redactedHeaders(new Headers({ [name]: "value" }), 1000)).toEqual({
        [name.toLowerCase()]: "value",
      });
    },
  );

  test("one that does not fit is left out, and the others are kept", () => {
    const headers = new Headers({ a: "1", "b-long": "x".repeat(20), c: "22" });
    expect(redactedHeaders(headers, 5)).toEqual({ a: "1", c: "22" });
    expect(redactedHeaders(headers, 4)).toEqual({ a: "1" });
  });

  test("headers of a response get names in lower case, too, and fit", () => {
    const headers = { "Set-Cookie": SECRET, "X-A": "1", "X-Long": "x".repeat(20), ETag: "2" };
    expect(redactedHeaders(headers, 30)).toEqual({ "set-cookie": "(secret)", "x-a": "1", etag: "2" });
  });

  test("they never have more characters than allowed, nor a secret", () => {
    const names = fc.constantFrom(
      "authorization",
      "x-acs-security-token",
      "cookie",
      "cf-access-jwt-assertion",
      "date",
      "host",
      "x-other",
    );
    const given = fc.uniqueArray(fc.tuple(names, fc.nat(40)), { selector: ([name]) => name });
    fc.assert(
      fc.property(given, fc.nat(200), (headers, most) => {
        const isSecret = (name: string) => /authorization|token|cookie/.test(name);
        const sent = headers.map(([name, length]): [string, string] => [
          name,
          isSecret(name) ? SECRET : "v".repeat(length),
        ]);
        const kept = Object.entries(redactedHeaders(new Headers(sent), most))
          .flat()
          .join("");
        expect(kept.length).toBeLessThanOrEqual(most);
        expect(kept).not.toContain(SECRET);
      }),
    );
  });
});

describe("the URL", () => {
  const path = "/2023-03-30/functions/f/async-invoke-config";

  test.each([
    ["Signature", `Signature=${SECRET}`, "Signature=(secret)"],
    ["SecurityToken", `SecurityToken=${SECRET}&a=1`, "SecurityToken=(secret)&a=1"],
    ["a control token", `a=1&token=${SECRET}`, "a=1&token=(secret)"],
    ["accessKeySecret", `accessKeySecret=${SECRET}`, "accessKeySecret=(secret)"],
    ["a percent-encoded name", `%53ignature=${SECRET}`, "%53ignature=(secret)"],
    ["a value with an equals sign in it", `Signature=${SECRET}==`, "Signature=(secret)"],
    ["each of several", `token=${SECRET}&token=${SECRET}`, "token=(secret)&token=(secret)"],
  ])("%s in the query is replaced", (_, query, redacted) => {
    expect(redactedUrl({ hostname: "h", path, query }, 1000)).toBe(`${path}?${redacted}`);
  });

  test.each(["nextToken=abc", "qualifier=prod&limit=1", "SignatureMethod=HMAC-SHA1", "%zz=1", "a&b=&=c"])(
    "%s stays",
    (query) => expect(redactedUrl({ hostname: "h", path, query }, 1000)).toBe(`${path}?${query}`),
  );

  test("without a query there is just the path", () => {
    expect(redactedUrl({ hostname: "h", path, query: "" }, 1000)).toBe(path);
  });

  test("its beginning is kept, as long as is allowed", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(80), (query, most) => {
        const url = redactedUrl({ hostname: "h", path, query }, 10_000);
        expect(redactedUrl({ hostname: "h", path, query }, most)).toBe(url.slice(0, most));
      }),
    );
  });

  test("no secret is cut in two: it is replaced before that", () => {
    const parts = { hostname: "h", path, query: `Signature=${SECRET.repeat(10)}` };
    for (let most = 0; most < 100; most++) expect(redactedUrl(parts, most)).not.toContain(SECRET.slice(0, 2));
  });
});
