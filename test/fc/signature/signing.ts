import { createHash, createHmac } from "node:crypto";
import type { Md5 } from "../../../src/fc/signature/contentMd5.ts";
import type { SignedRequest } from "../../../src/fc/signature/signedRequest.ts";
import { type AccessKey, type Verdict, verifySignature } from "../../../src/fc/signature/verdict.ts";

export const KEY: AccessKey = { accessKeyId: "sbx-team-a", accessKeySecret: "secret-of-team-a" };
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A request in plain values, that tests can change one at a time. */
export interface Parts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const nodeMd5: Md5 = async (bytes) => new Uint8Array(createHash("md5").update(bytes).digest()).buffer;

export function verify(parts: Parts, key = KEY, now = NOW): Promise<Verdict> {
  return verifySignature(toRequest(parts), key, now, nodeMd5);
}

export function toRequest({ headers, body, ...line }: Parts): SignedRequest {
  return { ...line, headers: new Headers(headers), body: new TextEncoder().encode(body) };
}

/** The parts with one header changed, or taken away. */
export function withHeader(parts: Parts, name: string, value: string | undefined): Parts {
  const { [name]: _, ...others } = parts.headers;
  return { ...parts, headers: value === undefined ? others : { ...others, [name]: value } };
}

const config = '{"maxAsyncRetryAttempts":1}';

function contentMd5(body: string): string {
  return createHash("md5").update(body).digest("base64");
}

/** A line for each header whose name begins so, sorted. */
function canonicalHeaders(headers: Parts["headers"], prefix: string): string {
  return Object.keys(headers)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => `${name}:${headers[name]}\n`)
    .join("");
}

/** A PUT in the FC scheme, signed after the changes are made. */
export function fcParts(changes: Partial<Parts> = {}): Parts {
  const parts: Parts = {
    method: "PUT",
    path: "/2016-08-15/services/shop.prod/functions/report/async-invoke-config",
    query: "",
    body: config,
    ...changes,
    headers: {
      "content-md5": contentMd5(changes.body ?? config),
      "content-type": "application/json",
      date: new Date(NOW).toUTCString(),
      "x-fc-account-id": "1234567890123456",
      "x-fc-trace-id": "trace",
      ...changes.headers,
    },
  };
  const { headers } = parts;
  const { date } = headers;
  const text =
    `${parts.method}\n${headers["content-md5"] ?? ""}\n${headers["content-type"] ?? ""}\n` +
    `${date || headers["x-fc-date"]}\n` +
    canonicalHeaders(headers, "x-fc-") +
    decodeURIComponent(parts.path);
  const signature = createHmac("sha256", KEY.accessKeySecret).update(text).digest("base64");
  return withHeader(parts, "authorization", `FC ${KEY.accessKeyId}:${signature}`);
}

/** A PUT in the acs scheme, signed after the changes are made. Its query must be sorted, and have no encoded letter. */
export function acsParts(changes: Partial<Parts> = {}): Parts {
  const parts: Parts = {
    method: "PUT",
    path: "/2023-03-30/functions/report/async-invoke-config",
    query: "qualifier=prod",
    body: config,
    ...changes,
    headers: {
      accept: "application/json",
      "content-md5": contentMd5(changes.body ?? config),
      "content-type": "application/json; charset=utf-8",
      date: new Date(NOW).toUTCString(),
      "x-acs-signature-method": "HMAC-SHA1",
      "x-acs-signature-nonce": "1f",
      "x-acs-signature-version": "1.0",
      "x-acs-version": "2023-03-30",
      ...changes.headers,
    },
  };
  const { headers } = parts;
  const text =
    `${parts.method}\n${headers["accept"]}\n${headers["content-md5"]}\n${headers["content-type"]}\n` +
    `${headers["date"]}\n` +
    canonicalHeaders(headers, "x-acs-") +
    `${parts.path}?${parts.query}`;
  const signature = createHmac("sha1", KEY.accessKeySecret).update(text).digest("base64");
  return withHeader(parts, "authorization", `acs ${KEY.accessKeyId}:${signature}`);
}

/** A PUT in the ACS3 scheme, signed after the changes are made. Its query must be in canonical form. */
export function acs3Parts(changes: Partial<Parts> = {}, signedHeaders?: readonly string[]): Parts {
  const parts: Parts = {
    method: "PUT",
    path: "/2023-03-30/functions/report/async-invoke-config",
    query: "qualifier=prod",
    body: config,
    ...changes,
    headers: {
      "content-type": "application/json; charset=utf-8",
      host: "127.0.0.1:8787",
      "x-acs-action": "PutAsyncInvokeConfig",
      "x-acs-content-sha256": createHash("sha256")
        .update(changes.body ?? config)
        .digest("hex"),
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-signature-nonce": "1f",
      "x-acs-version": "2023-03-30",
      ...changes.headers,
    },
  };
  const names = signedHeaders ?? Object.keys(parts.headers).sort();
  const canonical =
    `${parts.method}\n${parts.path}\n${parts.query}\n` +
    `${names.map((name) => `${name}:${parts.headers[name]}\n`).join("")}\n` +
    `${names.join(";")}\n${parts.headers["x-acs-content-sha256"]}`;
  const text = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  const signature = createHmac("sha256", KEY.accessKeySecret).update(text).digest("hex");
  return withHeader(
    parts,
    "authorization",
    `ACS3-HMAC-SHA256 Credential=${KEY.accessKeyId},SignedHeaders=${names.join(";")},Signature=${signature}`,
  );
}
