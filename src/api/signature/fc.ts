import { failure, type Outcome, success } from "../errors.ts";
import { percentDecoded } from "../url.ts";
import { base64, bytesOfBase64, hex } from "./encoding.ts";
import { verifyHmac } from "./hmac.ts";
import { checkRequestTime, httpDate } from "./requestTime.ts";
import type { Md5, SignedRequest } from "./verdict.ts";

/** What an Authorization header of the FC scheme says. */
export interface FcClaim {
  readonly scheme: "FC";
  readonly accessKeyId: string;
  readonly signature: string;
}

/** Reads `FC <access key ID>:<base64 signature>`. */
export function parseFc(authorization: string): FcClaim | undefined {
  const [, accessKeyId, signature] = /^FC ([^:,\s]{1,128}):(\S*)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined) return undefined;
  return { scheme: "FC", accessKeyId, signature };
}

/** Verifies the FC scheme. Source: "Signature authentication" of FC 2.0. */
export async function verifyFc(
  { signature }: FcClaim,
  request: SignedRequest,
  secret: string,
  now: number,
  md5: Md5,
): Promise<Outcome<undefined>> {
  // Browsers can't set Date; FC's console signs x-fc-date in its place (fc-java-sdk, FcSignatureComposer).
  const date = request.headers.get("Date") || request.headers.get("x-fc-date");
  if (!date) return failure("MissingRequiredHeader", "Date");
  const timely = checkRequestTime(httpDate, date, now);
  if (!timely.ok) return timely;
  const signed = await verifyHmac(secret, fcStringToSign(request, date), bytesOfBase64(signature));
  if (!signed) return failure("SignatureNotMatch");
  const contentMd5 = request.headers.get("Content-MD5");
  // The signature covers the body only through this header.
  if (contentMd5 && !digestForms(await md5(request.body)).includes(contentMd5)) {
    return failure("SignatureNotMatch");
  }
  return success(undefined);
}

/** The text that the FC scheme signs. `date` is the value that stands in the Date line. */
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

/**
 * How SDKs write an MD5 digest: base64 of its bytes (Java, and the documented sample), base64 of its hex digits
 * (@alicloud/fc2), or the hex digits themselves (fc-go-sdk).
 */
function digestForms(digest: ArrayBuffer): string[] {
  const digits = hex(digest);
  return [base64(digest), btoa(digits), digits];
}
