import { base64, hex } from "./encoding.ts";
import type { SignedRequest } from "./verdict.ts";

/** The MD5 digest of some bytes. */
export type Md5 = (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;

/**
 * Whether Content-MD5, when it is sent, is the body's: base64 of the digest's bytes (Java, and the documented sample),
 * base64 of its hex digits (@alicloud/fc2), or the hex digits themselves (fc-go-sdk). Only through this header do the FC
 * and acs schemes cover a body.
 */
export async function isDigestOf({ headers, body }: SignedRequest, md5: Md5): Promise<boolean> {
  const contentMd5 = headers.get("Content-MD5");
  if (!contentMd5) return true;
  const digest = await md5(body);
  const digits = hex(digest);
  return [base64(digest), btoa(digits), digits].includes(contentMd5);
}
