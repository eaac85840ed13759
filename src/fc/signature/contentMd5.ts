import { base64 } from "./encoding.ts";
import type { SignedRequest } from "./signedRequest.ts";

/** Computes the MD5 digest of bytes. */
export type Md5 = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/**
 * Whether Content-MD5 is absent or matches the body: base64 of the digest. The acs scheme signs a body only by
 * this header.
 */
export async function isDigestOf({ headers, body }: SignedRequest, md5: Md5): Promise<boolean> {
  const contentMd5 = headers.get("Content-MD5");
  if (!contentMd5) return true;
  return base64(await md5(body)) === contentMd5;
}
