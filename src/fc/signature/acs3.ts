import { ok, type Result } from "../../lib/result.ts";
import { type ApiError, abbreviated, failure } from "../errors.ts";
import { bytesOfHex, hex } from "./encoding.ts";
import { verifyHmac } from "./hmac.ts";
import { order, parametersOf } from "./query.ts";
import { checkRequestTime, isoTime } from "./requestTime.ts";
import type { SignedRequest } from "./signedRequest.ts";

const ALGORITHM = "ACS3-HMAC-SHA256";

/** The content of an Authorization header of the ACS3 scheme. */
export interface Acs3Claim {
  readonly scheme: typeof ALGORITHM;
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^ACS3-HMAC-SHA256 Credential=([^,\s]{1,128}), *SignedHeaders=([a-z0-9_.;-]+), *Signature=(\S*)$/;

/**
 * Parses `ACS3-HMAC-SHA256 Credential=<access key ID>,SignedHeaders=<a;b;c>,Signature=<hex>`; undefined for
 * other text.
 */
export function parseAcs3(authorization: string): Acs3Claim | undefined {
  const [, accessKeyId, names, signature] = AUTHORIZATION.exec(authorization) ?? [];
  if (accessKeyId === undefined || names === undefined || signature === undefined) return undefined;
  const signedHeaders = names.split(";");
  // Headers throws for an empty name.
  if (signedHeaders.includes("")) return undefined;
  return { scheme: ALGORITHM, accessKeyId, signedHeaders, signature };
}

/**
 * Verifies a signature of the ACS3 scheme. Errors: MissingRequiredHeader, AccessDenied, SignatureNotMatch.
 * `now` is in milliseconds since 1970. Source: "Request syntax and signature method V3".
 */
export async function verifyAcs3(
  { signedHeaders, signature }: Acs3Claim,
  request: SignedRequest,
  secret: string,
  now: number,
): Promise<Result<undefined, ApiError>> {
  const { headers } = request;
  const date = headers.get("x-acs-date");
  if (!date) return failure("MissingRequiredHeader", "x-acs-date");
  const contentHash = headers.get("x-acs-content-sha256");
  if (!contentHash) return failure("MissingRequiredHeader", "x-acs-content-sha256");
  const absent = signedHeaders.find((name) => !headers.has(name));
  if (absent !== undefined) return failure("MissingRequiredHeader", abbreviated(absent));
  const unsigned = headersToSign(headers).find((name) => !signedHeaders.includes(name));
  if (unsigned !== undefined) {
    return failure("AccessDenied", `the header '${abbreviated(unsigned)}' must be in SignedHeaders`);
  }
  const timely = checkRequestTime(isoTime, date, now);
  if (!timely.ok) return timely;
  const text = await acs3StringToSign(request, signedHeaders, contentHash);
  const signed = await verifyHmac("SHA-256", secret, text, bytesOfHex(signature));
  if (!signed || contentHash !== (await sha256(request.body))) return failure("SignatureNotMatch");
  return ok(undefined);
}

/** The text that the ACS3 scheme signs. `contentHash` is the value of x-acs-content-sha256. */
export async function acs3StringToSign(
  request: SignedRequest,
  signedHeaders: readonly string[],
  contentHash: string,
): Promise<string> {
  return `${ALGORITHM}\n${await sha256(canonicalRequest(request, signedHeaders, contentHash))}`;
}

/** The canonical request, whose hash is part of the text that the ACS3 scheme signs. */
export function canonicalRequest(
  { method, path, query, headers }: SignedRequest,
  signedHeaders: readonly string[],
  contentHash: string,
): string {
  const names = [...signedHeaders].sort();
  const lines = names.map((name) => `${name}:${headers.get(name)}\n`);
  return [method, path, canonicalQuery(query), lines.join(""), names.join(";"), contentHash].join("\n");
}

/**
 * The headers that must be signed. The reference names host and all common headers, which are x-acs-*, a
 * security token included. SDKs also sign Content-Type, and the Python SDKs sign every header: the reference
 * requires neither.
 */
export function headersToSign(headers: Headers): string[] {
  return ["host", ...[...headers.keys()].filter((name) => name.startsWith("x-acs-"))];
}

function canonicalQuery(query: string): string {
  return parametersOf(query)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`)
    .join("&");
}

function rfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}
