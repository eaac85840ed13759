import { expect, test } from "vitest";
import { verifySignature } from "../../../src/fc/signature/verdict.ts";
import { knownAnswers } from "./knownAnswers.ts";

// Inside workerd, where WebCrypto itself has the digests.
test.each(knownAnswers)("known answer: $name", async ({ request, key, now }) => {
  expect(await verifySignature(request, key, now)).toEqual({ kind: "valid" });
  const otherBody = { ...request, body: new Uint8Array([...request.body, 32]) };
  const coversBody = request.headers.has("x-acs-content-sha256");
  expect(await verifySignature(otherBody, key, now)).toMatchObject(
    coversBody ? { kind: "refused", error: { code: "SignatureNotMatch" } } : { kind: "valid" },
  );
});
