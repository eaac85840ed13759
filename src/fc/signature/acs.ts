import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, failure } from "../errors.ts";
import { isDigestOf, type Md5 } from "./contentMd5.ts";
import { bytesOfBase64 } from "./encoding.ts";
import { verifyHmac } from "./hmac.ts";
import type { KeyAndSignature } from "./keyAndSignature.ts";
import { order, parametersOf } from "./query.ts";
import { checkRequestTime, httpDate } from "./requestTime.ts";
import type { SignedRequest } from "./signedRequest.ts";

/**
 * Verifies a signature of the acs scheme, the vendor's older scheme for ROA APIs. Terraform's FC 3.0
 * resources and OpenAPI SDKs with `signatureAlgorithm: "v2"` use it. Errors: MissingRequiredHeader,
 * AccessDenied, SignatureNotMatch. `now` is in milliseconds since 1970. Source: `getROASignature` of
 * @alicloud/openapi-util.
 */
export async function verifyAcs(
  { signature }: KeyAndSignature,
  request: SignedRequest,
  secret: string,
  now: number,
  md5: Md5,
): Promise<Result<undefined, ApiError>> {
  const date = request.headers.get("Date");
  if (!date) return failure("MissingRequiredHeader", "Date");
  const timely = checkRequestTime(httpDate, date, now);
  if (!timely.ok) return timely;
  const bytes = bytesOfBase64(signature, 20);
  // SDKs sign an empty parameter differently: the JavaScript SDK as `name=`, the Go SDK as `name`.
  const signed =
    (await verifyHmac("SHA-1", secret, acsStringToSign(request, "="), bytes)) ||
    (await verifyHmac("SHA-1", secret, acsStringToSign(request, ""), bytes));
  return signed && (await isDigestOf(request, md5)) ? ok(undefined) : failure("SignatureNotMatch");
}

/** The text that the acs scheme signs. `empty` follows the name of each parameter without a value. */
export function acsStringToSign({ method, path, query, headers }: SignedRequest, empty: "=" | ""): string {
  // Headers iterate in the order of their lower-case names, which is the canonical order.
  const acsHeaders = [...headers].filter(([name]) => name.startsWith("x-acs-"));
  const parameters = parametersOf(query)
    .sort(([a], [b]) => order(a, b))
    .map(([name, value]) => (value === "" ? `${name}${empty}` : `${name}=${value}`));
  return [
    method,
    ...["Accept", "Content-MD5", "Content-Type", "Date"].map((name) => headers.get(name) ?? ""),
    ...acsHeaders.map(([name, value]) => `${name}:${value}`),
    parameters.length === 0 ? path : `${path}?${parameters.join("&")}`,
  ].join("\n");
}
