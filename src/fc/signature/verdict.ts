import type { Err, Result } from "../../lib/result.ts";
import { type ApiError, abbreviated, failure } from "../errors.ts";
import { verifyAcs } from "./acs.ts";
import { type Acs3Claim, parseAcs3, verifyAcs3 } from "./acs3.ts";
import type { Md5 } from "./contentMd5.ts";
import { verifyFc } from "./fc.ts";
import { type KeyAndSignature, parseKeyAndSignature } from "./keyAndSignature.ts";
import type { SignedRequest } from "./signedRequest.ts";

/** The result of verifying a request's signature. */
export type Verdict =
  | { readonly kind: "absent" }
  | { readonly kind: "valid" }
  | { readonly kind: "refused"; readonly error: ApiError };

export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

// workerd adds MD5 to WebCrypto. Node does not, so tests on Node pass their own function.
const md5InWorkerd: Md5 = (bytes) => crypto.subtle.digest("MD5", bytes);

const CLAIMED_KEY = /^(?:FC |acs |ACS3-HMAC-SHA256 Credential=)([^:,\s]{1,128})(?=[:,\s]|$)/;

/**
 * The access key ID in a request's Authorization header, in any scheme; undefined when there is none. Neither
 * the signature nor the rest of the header is checked.
 */
export function claimedAccessKeyId(headers: Headers): string | undefined {
  return CLAIMED_KEY.exec(headers.get("Authorization") ?? "")?.[1];
}

/**
 * Verifies a request's signature, in any scheme, with the one key pair that may sign it. `now` is in
 * milliseconds since 1970; `md5` computes Content-MD5. Never throws: every failure is a `refused` verdict.
 */
export async function verifySignature(
  request: SignedRequest,
  key: AccessKey,
  now: number,
  md5: Md5 = md5InWorkerd,
): Promise<Verdict> {
  if (!request.headers.has("Authorization")) return { kind: "absent" };
  const claim = readClaim(request.headers);
  // The reference documents status 403 for a malformed Authorization header, and no code.
  if (!claim) return refused(failure("AccessDenied", MALFORMED));
  if (claim.accessKeyId !== key.accessKeyId) {
    return refused(failure("InvalidAccessKeyID", abbreviated(claim.accessKeyId)));
  }
  const outcome = await verifyClaim(claim, request, key.accessKeySecret, now, md5);
  return outcome.ok ? { kind: "valid" } : refused(outcome);
}

function verifyClaim(
  claim: Claim,
  request: SignedRequest,
  secret: string,
  now: number,
  md5: Md5,
): Promise<Result<undefined, ApiError>> {
  switch (claim.scheme) {
    case "FC":
      return verifyFc(claim, request, secret, now);
    case "acs":
      return verifyAcs(claim, request, secret, now, md5);
    case "ACS3-HMAC-SHA256":
      return verifyAcs3(claim, request, secret, now);
  }
}

const MALFORMED =
  "the Authorization header must be 'FC <AccessKeyId>:<Signature>', 'acs <AccessKeyId>:<Signature>' or " +
  "'ACS3-HMAC-SHA256 Credential=<AccessKeyId>,SignedHeaders=<names>,Signature=<hex>'";

// Far longer than any SDK's header: the longest of those lists ten signed headers.
const MAX_AUTHORIZATION_LENGTH = 4096;

type Claim = KeyAndSignature | Acs3Claim;

function readClaim(headers: Headers): Claim | undefined {
  const authorization = headers.get("Authorization") ?? "";
  if (authorization.length > MAX_AUTHORIZATION_LENGTH) return undefined;
  return parseKeyAndSignature(authorization) ?? parseAcs3(authorization);
}

function refused({ error }: Err<ApiError>): Verdict {
  return { kind: "refused", error };
}
