import { signedHeaders } from "../fc/signature/sign.ts";
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
  const path = url.pathname.slice(new URL(endpoint).pathname.replace(/\/$/, "").length);
  const request = { method, path, query: url.search.slice(1), headers, body: new Uint8Array() };
  const signed = await signedHeaders("FC", key, request, new Date());
  for (const name of ["x-fc-date", "Authorization"]) headers.set(name, signed.get(name) ?? "");
}
