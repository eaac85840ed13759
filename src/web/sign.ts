import { base64 } from "../fc/signature/encoding.ts";
import { fcStringToSign } from "../fc/signature/fc.ts";
import type { AccessKey } from "../fc/signature/verdict.ts";

/**
 * Signs a request to the API with the FC scheme: sets the headers `x-fc-date` and `Authorization`. `endpoint` is the
 * sandbox's, without a slash at its end. `url` begins with it.
 */
export async function sign(
  key: AccessKey,
  endpoint: string,
  method: string,
  url: URL,
  headers: Headers,
): Promise<void> {
  const date = new Date().toUTCString();
  // Browsers can't set Date; the FC scheme accepts x-fc-date instead.
  headers.set("x-fc-date", date);
  const path = url.pathname.slice(new URL(endpoint).pathname.replace(/\/$/, "").length);
  const text = fcStringToSign({ method, path, query: url.search, headers, body: new Uint8Array() }, date);
  const encoder = new TextEncoder();
  const secret = await crypto.subtle.importKey(
    "raw",
    encoder.encode(key.accessKeySecret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = base64(await crypto.subtle.sign("HMAC", secret, encoder.encode(text)));
  headers.set("Authorization", `FC ${key.accessKeyId}:${signature}`);
}
