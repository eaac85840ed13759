import { base64, hex } from "./encoding.ts";
import type { SignedRequest } from "./signedRequest.ts";

/** Computes the MD5 digest of bytes. */
export type Md5 = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/**
 * Whether Content-MD5 is absent or matches the body. Clients send base64 of the digest (Java, and the
 * documented sample), base64 of its hex digits (@alicloud/fc2), or the hex digits (fc-go-sdk). The FC and acs
 * schemes sign a body only by this header.
 */
export async function isDigestOf({ headers, body }: SignedRequest, md5: Md5): Promise<boolean> {
  const contentMd5 = headers.get("Content-MD5");
  if (!contentMd5) return true;
  const digest = await md5(body);
  const digits = hex(digest);
  return [base64(digest), btoa(digits), digits].includes(contentMd5);
}
