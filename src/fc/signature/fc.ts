import { ok, type Result } from "../../lib/result.ts";
import { percentDecoded } from "../../lib/url.ts";
import { type ApiError, failure } from "../errors.ts";
import { bytesOfBase64 } from "./encoding.ts";
import { verifyHmac } from "./hmac.ts";
import type { KeyAndSignature } from "./keyAndSignature.ts";
import { checkRequestTime, httpDate } from "./requestTime.ts";
import type { SignedRequest } from "./signedRequest.ts";

/**
 * Verifies a signature of the FC scheme. Errors: MissingRequiredHeader, AccessDenied, SignatureNotMatch.
 * `now` is in milliseconds since 1970. Source: "Signature authentication" of FC 2.0. Content-MD5 is signed,
 * but not compared with the body: fc-java-sdk digests a request's JSON, and then sends it with the signed
 * headers inside.
 */
export async function verifyFc(
  { signature }: KeyAndSignature,
  request: SignedRequest,
  secret: string,
  now: number,
): Promise<Result<undefined, ApiError>> {
  // Browsers can't set Date, so FC's console signs x-fc-date instead (fc-java-sdk, FcSignatureComposer).
  const date = request.headers.get("Date") || request.headers.get("x-fc-date");
  if (!date) return failure("MissingRequiredHeader", "Date");
  const timely = checkRequestTime(httpDate, date, now);
  if (!timely.ok) return timely;
  const text = fcStringToSign(request, date);
  const signed = await verifyHmac("SHA-256", secret, text, bytesOfBase64(signature, 32));
  return signed ? ok(undefined) : failure("SignatureNotMatch");
}

/** The text that the FC scheme signs. `date` is the value of Date, or of x-fc-date. */
export function fcStringToSign({ method, path, headers }: SignedRequest, date: string): string {
  // Headers iterate in the order of their lower-case names, which is the canonical order.
  const fcHeaders = [...headers].filter(([name]) => name.startsWith("x-fc-"));
  return [
    method,
    headers.get("Content-MD5") ?? "",
    headers.get("Content-Type") ?? "",
    date,
    ...fcHeaders.map(([name, value]) => `${name}:${value}`),
    percentDecoded(path),
  ].join("\n");
}
