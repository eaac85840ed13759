import { acsStringToSign } from "./acs.ts";
import { acs3StringToSign, headersToSign } from "./acs3.ts";
import { base64, hex } from "./encoding.ts";
import { fcStringToSign } from "./fc.ts";
import { hmac } from "./hmac.ts";
import { httpDate, isoTime } from "./requestTime.ts";
import type { SignedRequest } from "./signedRequest.ts";
import type { AccessKey } from "./verdict.ts";

/** The signature schemes, as the Authorization header calls them. */
export const schemes = ["FC", "acs", "ACS3-HMAC-SHA256"] as const;
export type Scheme = (typeof schemes)[number];

/**
 * The headers of a request, signed at a time: those of the request without an earlier signature, and those of the scheme. For
 * ACS3-HMAC-SHA256 the request must have the header `Host` that the server will receive.
 */
export function signedHeaders(
  scheme: Scheme,
  key: AccessKey,
  request: SignedRequest,
  time: Date,
): Promise<Headers> {
  const headers = new Headers(request.headers);
  headers.delete("Authorization");
  // The FC scheme would verify it in place of x-fc-date.
  headers.delete("Date");
  return signers[scheme](key, { ...request, headers }, time);
}

type Signer = (key: AccessKey, request: SignedRequest, time: Date) => Promise<Headers>;

const signByFc: Signer = async (key, request, time) => {
  const { headers } = request;
  const date = httpDate.format(time);
  // Browsers can't set Date; the FC scheme accepts x-fc-date instead.
  headers.set("x-fc-date", date);
  const signature = base64(await hmac("SHA-256", key.accessKeySecret, fcStringToSign(request, date)));
  headers.set("Authorization", `FC ${key.accessKeyId}:${signature}`);
  return headers;
};

const signByAcs: Signer = async (key, request, time) => {
  const { headers } = request;
  // It is signed, and a client that has none may add one.
  if (!headers.has("Accept")) headers.set("Accept", "application/json");
  headers.set("Date", httpDate.format(time));
  headers.set("x-acs-signature-method", "HMAC-SHA1");
  headers.set("x-acs-signature-nonce", crypto.randomUUID());
  headers.set("x-acs-signature-version", "1.0");
  const signature = base64(await hmac("SHA-1", key.accessKeySecret, acsStringToSign(request, "=")));
  headers.set("Authorization", `acs ${key.accessKeyId}:${signature}`);
  return headers;
};

const signByAcs3: Signer = async (key, request, time) => {
  const { headers } = request;
  const contentHash = hex(await crypto.subtle.digest("SHA-256", request.body));
  headers.set("x-acs-content-sha256", contentHash);
  headers.set("x-acs-date", isoTime.format(time));
  headers.set("x-acs-signature-nonce", crypto.randomUUID());
  const names = [...headersToSign(headers), ...(headers.has("Content-Type") ? ["content-type"] : [])].sort();
  const text = await acs3StringToSign(request, names, contentHash);
  const signature = hex(await hmac("SHA-256", key.accessKeySecret, text));
  const claim = `Credential=${key.accessKeyId},SignedHeaders=${names.join(";")},Signature=${signature}`;
  headers.set("Authorization", `ACS3-HMAC-SHA256 ${claim}`);
  return headers;
};

const signers: Readonly<Record<Scheme, Signer>> = {
  FC: signByFc,
  acs: signByAcs,
  "ACS3-HMAC-SHA256": signByAcs3,
};

/** The scheme by which the clients of a version sign. Source: the official SDKs. */
export function schemeOfVersion(version: string): Scheme {
  return version === "2016-08-15" ? "FC" : "ACS3-HMAC-SHA256";
}
