import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claimedAccessKeyId, verifySignature } from "../../../src/fc/signature/verdict.ts";
import { knownAnswers } from "./knownAnswers.ts";
import {
  acs3Parts,
  acsParts,
  fcParts,
  KEY,
  NOW,
  nodeMd5,
  type Parts,
  verify,
  withHeader,
} from "./signing.ts";

// And what of a request each of them signs, as the signing here does it.
const schemes = [
  { scheme: "FC", signed: fcParts, signsQuery: false, signsBody: false, unsignedHeaders: /^x-acs-/ },
  { scheme: "acs", signed: acsParts, signsQuery: true, signsBody: true, unsignedHeaders: /^x-fc-/ },
  { scheme: "ACS3", signed: acs3Parts, signsQuery: true, signsBody: true, unsignedHeaders: /^$/ },
];

test.each(knownAnswers)("known answer: $name", async ({ request, key, now }) => {
  expect(await verifySignature(request, key, now, nodeMd5)).toEqual({ kind: "valid" });
  const otherKey = { ...key, accessKeySecret: "another" };
  expect(await verifySignature(request, otherKey, now, nodeMd5)).toMatchObject({
    kind: "refused",
    error: { status: 403, code: "SignatureNotMatch" },
  });
});

test("a request without an Authorization header has no signature", async () => {
  expect(await verify(withHeader(fcParts(), "authorization", undefined))).toEqual({ kind: "absent" });
});

// A malformed header is refused wherever it goes; the key ID still says which sandbox is to refuse it.
test.each([
  ["", undefined],
  ["Bearer token", undefined],
  ["Basic dXNlcjpwYXNzd29yZA==", undefined],
  ["acs sbx-team-a", "sbx-team-a"],
  ["acs :signature", undefined],
  ["ACS sbx-team-a:signature", undefined],
  ["FC", undefined],
  ["FC sbx-team-a", "sbx-team-a"],
  ["FC :signature", undefined],
  ["fc sbx-team-a:signature", undefined],
  ["ACS3-HMAC-SHA256", undefined],
  ["ACS3-HMAC-SHA256 Credential=sbx-team-a", "sbx-team-a"],
  ["ACS3-HMAC-SHA256 Credential=sbx-team-a,Signature=00", "sbx-team-a"],
  ["ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=00", undefined],
  ["ACS3-HMAC-SHA256 Credential=sbx-team-a,SignedHeaders=,Signature=00", "sbx-team-a"],
  ["ACS3-HMAC-SHA256 Credential=sbx-team-a,SignedHeaders=host;;x-acs-date,Signature=00", "sbx-team-a"],
  ["ACS3-HMAC-SHA256 Credential=sbx-team-a,SignedHeaders=Host,Signature=00", "sbx-team-a"],
  ["ACS3-HMAC-SM3 Credential=sbx-team-a,SignedHeaders=host,Signature=00", undefined],
])("Authorization %j is AccessDenied, and claims %j", expectMalformed);

test("an Authorization header of a length that no SDK sends is AccessDenied", async () => {
  await expectMalformed(`FC ${"a".repeat(129)}:signature`, undefined);
  await expectMalformed(`FC sbx-team-a:${"a".repeat(5000)}`, "sbx-team-a");
});

async function expectMalformed(authorization: string, claimed: string | undefined) {
  const parts = withHeader(fcParts(), "authorization", authorization);
  expect(await verify(parts)).toMatchObject({
    kind: "refused",
    error: { status: 403, code: "AccessDenied", message: expect.stringContaining("Authorization") },
  });
  expect(claimedAccessKeyId(new Headers(parts.headers))).toBe(claimed);
}

describe.each(schemes)("in the $scheme scheme", ({ signed, ...scheme }) => {
  test("a signed request is valid", async () => {
    expect(await verify(signed())).toEqual({ kind: "valid" });
    expect(await verify(signed({ method: "GET", body: "" }))).toEqual({ kind: "valid" });
  });

  test("the claimed access key ID is that of the Authorization header", () => {
    expect(claimedAccessKeyId(new Headers(signed().headers))).toBe("sbx-team-a");
    expect(claimedAccessKeyId(new Headers())).toBeUndefined();
  });

  test("another access key ID is InvalidAccessKeyID", async () => {
    expect(await verify(signed(), { ...KEY, accessKeyId: "sbx-team-b" })).toMatchObject({
      error: { status: 403, code: "InvalidAccessKeyID", message: "invalid access key ID 'sbx-team-a'" },
    });
  });

  test("another method or path is SignatureNotMatch", async () => {
    const parts = signed();
    for (const changed of [
      { ...parts, method: "DELETE" },
      { ...parts, path: parts.path.replace("report", "reports") },
      { ...parts, path: parts.path.toUpperCase() },
    ]) {
      expect(await verify(changed)).toMatchObject({ error: { code: "SignatureNotMatch" } });
    }
  });

  test("another body is SignatureNotMatch, if the scheme signs the body", async () => {
    const verdict = scheme.signsBody ? { error: { code: "SignatureNotMatch" } } : { kind: "valid" };
    for (const body of ['{"maxAsyncRetryAttempts":2}', "", " "]) {
      expect(await verify({ ...signed(), body })).toMatchObject(verdict);
    }
  });

  test("a cut, padded or empty signature is SignatureNotMatch", async () => {
    const { authorization = "" } = signed().headers;
    const unsigned = authorization.replace(/[^:=]+=?$/, "");
    for (const changed of [authorization.slice(0, -1), `${authorization}0`, unsigned]) {
      expect(await verify(withHeader(signed(), "authorization", changed))).toMatchObject({
        error: { code: "SignatureNotMatch" },
      });
    }
  });

  test("a request is good for 15 minutes before and after its time, and no longer", async () => {
    const limit = 15 * 60 * 1000;
    expect(await verify(signed(), KEY, NOW + limit)).toEqual({ kind: "valid" });
    expect(await verify(signed(), KEY, NOW - limit)).toEqual({ kind: "valid" });
    for (const now of [NOW + limit + 1, NOW - limit - 1]) {
      expect(await verify(signed(), KEY, now)).toMatchObject({
        error: { status: 403, code: "AccessDenied" },
      });
    }
  });

  test("any one changed character of what is signed is refused", async () => {
    const letter = fc.constantFrom(..."abcXYZ019");
    const text = fc.string({ unit: letter, minLength: 1, maxLength: 8 });
    const given = fc.record({ name: text, body: text, trace: text });
    await fc.assert(
      fc.asyncProperty(given, fc.nat(), fc.nat(), letter, async ({ name, body, trace }, which, where, to) => {
        const parts = signed({
          path: `/2016-08-15/services/${name}/functions/f`,
          body,
          headers: { "x-fc-trace-id": trace, "x-acs-trace": trace },
        });
        expect(await verify(parts)).toEqual({ kind: "valid" });
        const changed = oneCharacterChanged(parts, scheme, which, where, to);
        expect(await verify(changed)).toMatchObject({ kind: "refused" });
      }),
      { numRuns: 150 },
    );
  });
});

/** One character of one signed part becomes another: `which` picks the part, `where` the character. */
function oneCharacterChanged(
  parts: Parts,
  { signsQuery, signsBody, unsignedHeaders }: Omit<(typeof schemes)[number], "scheme" | "signed">,
  which: number,
  where: number,
  to: string,
): Parts {
  const change = (value: string) => {
    const at = where % value.length;
    return value.slice(0, at) + (value[at] === to ? "-" : to) + value.slice(at + 1);
  };
  const headers = Object.keys(parts.headers).filter((name) => !unsignedHeaders.test(name));
  const changes = [
    () => ({ ...parts, method: change(parts.method) }),
    () => ({ ...parts, path: change(parts.path) }),
    ...(signsBody ? [() => ({ ...parts, body: change(parts.body) })] : []),
    ...(signsQuery ? [() => ({ ...parts, query: change(parts.query) })] : []),
    ...headers.map((name) => () => withHeader(parts, name, change(parts.headers[name] ?? ""))),
  ];
  return changes[which % changes.length]?.() ?? parts;
}

test("no request makes it throw, whatever its headers, path and query", async () => {
  const anything = fc.string({ unit: "binary", maxLength: 40 });
  const value = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom("2026-01-02T03:04:05Z", "Fri, 02 Jan 2026 03:04:05 GMT", "2026-99-99T99:99:99Z", ""),
  );
  const authorization = fc.oneof(
    value.map((text) => `FC sbx-team-a:${text}`),
    value.map((text) => `acs sbx-team-a:${text}`),
    fc
      .tuple(fc.string({ unit: fc.constantFrom(..."host;x-acd_.") }), value)
      .map(
        ([names, text]) =>
          `ACS3-HMAC-SHA256 Credential=sbx-team-a,SignedHeaders=host;${names},Signature=${text}`,
      ),
    value,
  );
  const others = fc.dictionary(
    fc.constantFrom(
      ...["date", "x-fc-date", "x-fc-a", "content-md5", "content-type", "host"],
      ...["x-acs-date", "x-acs-content-sha256", "x-acs-security-token", "x-acs-"],
    ),
    value,
  );
  await fc.assert(
    fc.asyncProperty(anything, anything, anything, anything, authorization, others, async (...given) => {
      const [method, path, query, body, authorization, headers] = given;
      const parts = { method, path, query, body, headers: { ...headers, authorization } };
      const { kind } = await verify(parts);
      expect(kind).toBe("refused");
      claimedAccessKeyId(new Headers(parts.headers));
      // The same, signed: so that it gets past the signature, too.
      const signed = withHeader(acs3Parts(), "content-type", headers["content-type"]);
      await verify({ ...signed, path, query });
      await verify({ ...acsParts(), path, query });
    }),
    { numRuns: 200 },
  );
});
