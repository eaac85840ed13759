import { createHash, createHmac } from "node:crypto";
import { acsStringToSign } from "../src/fc/signature/acs.ts";
import { acs3StringToSign, headersToSign } from "../src/fc/signature/acs3.ts";
import { fcStringToSign } from "../src/fc/signature/fc.ts";
import { httpDate, isoTime } from "../src/fc/signature/requestTime.ts";
import type { SignedRequest } from "../src/fc/signature/signedRequest.ts";
import type { AccessKey } from "../src/fc/signature/verdict.ts";
import type { ApiVersion } from "../src/fc/versions.ts";
import type { Signing } from "./scenario.ts";

export interface Credentials extends AccessKey {
  /** Only for temporary credentials. */
  readonly securityToken?: string | undefined;
}

const MINUTE_MS = 60_000;

/** The offset of a request's time from now, in milliseconds. */
const shiftMs: Partial<Record<Signing, number>> = {
  "20 minutes ago": -20 * MINUTE_MS,
  "in 20 minutes": 20 * MINUTE_MS,
  "14 minutes ago": -14 * MINUTE_MS,
};

const UNKNOWN_ACCESS_KEY_ID = "conformance-unknown-key";
const REPEATED_NONCE = "conformance-repeated-nonce";

/** A request to sign, and how to sign it. */
interface Signed {
  /** The headers do not contain the headers of the signature yet. */
  readonly request: SignedRequest;
  readonly version: ApiVersion;
  readonly action: string;
  /** Distinguishes the nonces of this run from those of other runs. */
  readonly run: string;
  readonly signing: Signing | undefined;
}

/**
 * The only version whose clients sign by the FC scheme. Clients of the other versions sign by
 * ACS3-HMAC-SHA256.
 */
const SIGNED_BY_FC: ApiVersion["id"] = "2016-08-15";

/**
 * Signs a request by the scheme of its version's clients, and returns all headers. The canonical forms are
 * computed by the same code with which the sandbox verifies signatures.
 */
export async function signedHeaders(signed: Signed, credentials: Credentials): Promise<Headers> {
  const { signing } = signed;
  if (signing === "none") return signed.request.headers;
  if (signing === "malformed") return withHeaders(signed.request.headers, { Authorization: "FC nothing" });
  const key: Credentials = {
    accessKeyId: signing === "unknown access key" ? UNKNOWN_ACCESS_KEY_ID : credentials.accessKeyId,
    accessKeySecret: signing === "wrong secret" ? "wrong" : credentials.accessKeySecret,
    securityToken: credentials.securityToken,
  };
  const time = new Date(Date.now() + ((signing && shiftMs[signing]) ?? 0));
  if (signing === "acs scheme") return signedByAcs(signed, key, time);
  const byFc = (signed.version.id === SIGNED_BY_FC) !== (signing === "other scheme");
  return byFc ? signedByFc(signed, key, time) : signedByAcs3(signed, key, time);
}

function signedByFc({ request, signing }: Signed, key: Credentials, time: Date): Headers {
  const date = signing === "no date" ? "" : httpDate.format(time);
  const headers = withHeaders(request.headers, {
    ...(date && { [signing === "x-fc-date" ? "x-fc-date" : "Date"]: date }),
    ...(request.body.length > 0 && {
      "Content-MD5": createHash("md5").update(signedBody(request, signing)).digest("base64"),
    }),
    ...(key.securityToken && { "x-fc-security-token": key.securityToken }),
  });
  const text = fcStringToSign({ ...request, headers }, date);
  const signature = createHmac("sha256", key.accessKeySecret).update(text).digest("base64");
  return withHeaders(headers, { Authorization: `FC ${key.accessKeyId}:${signature}` });
}

function signedByAcs({ request, version }: Signed, key: Credentials, time: Date): Headers {
  const headers = withHeaders(request.headers, {
    Accept: "application/json",
    Date: httpDate.format(time),
    "x-acs-signature-method": "HMAC-SHA1",
    "x-acs-signature-nonce": crypto.randomUUID(),
    "x-acs-signature-version": "1.0",
    "x-acs-version": version.id,
    ...(key.securityToken && { "x-acs-security-token": key.securityToken }),
  });
  const text = acsStringToSign({ ...request, headers }, "=");
  const signature = createHmac("sha1", key.accessKeySecret).update(text).digest("base64");
  return withHeaders(headers, { Authorization: `acs ${key.accessKeyId}:${signature}` });
}

async function signedByAcs3(
  { request, version, action, run, signing }: Signed,
  key: Credentials,
  time: Date,
): Promise<Headers> {
  const contentHash = createHash("sha256").update(signedBody(request, signing)).digest("hex");
  const nonce = signing === "repeated nonce" ? `${REPEATED_NONCE}-${run}` : crypto.randomUUID();
  const headers = withHeaders(request.headers, {
    "x-acs-action": action,
    "x-acs-version": version.id,
    "x-acs-content-sha256": contentHash,
    "x-acs-signature-nonce": nonce,
    ...(signing !== "no date" && { "x-acs-date": isoTime.format(time) }),
    ...(key.securityToken && { "x-acs-security-token": key.securityToken }),
  });
  const names = [...headersToSign(headers), ...(headers.has("content-type") ? ["content-type"] : [])].sort();
  const text = await acs3StringToSign({ ...request, headers }, names, contentHash);
  const signature = createHmac("sha256", key.accessKeySecret).update(text).digest("hex");
  const claim = `Credential=${key.accessKeyId},SignedHeaders=${names.join(";")},Signature=${signature}`;
  return withHeaders(headers, { Authorization: `ACS3-HMAC-SHA256 ${claim}` });
}

function signedBody(request: SignedRequest, signing: Signing | undefined): Uint8Array | string {
  return signing === "another body" ? "{}" : request.body;
}

function withHeaders(headers: Headers, added: Record<string, string>): Headers {
  const all = new Headers(headers);
  for (const [name, value] of Object.entries(added)) all.set(name, value);
  return all;
}
