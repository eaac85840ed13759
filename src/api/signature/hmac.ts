const HMAC_SHA256 = { name: "HMAC", hash: "SHA-256" };

/** Whether a signature is the HMAC-SHA256 of a text under a secret, in constant time; undefined never is. */
export async function verifyHmac(
  secret: string,
  text: string,
  signature: Uint8Array<ArrayBuffer> | undefined,
): Promise<boolean> {
  if (!signature) return false;
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), HMAC_SHA256, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, signature, encoder.encode(text));
}
