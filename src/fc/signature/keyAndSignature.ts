/** What an Authorization header of the FC or the acs scheme says. */
export interface KeyAndSignature {
  readonly scheme: "FC" | "acs";
  readonly accessKeyId: string;
  readonly signature: string;
}

/** Reads `FC <access key ID>:<base64 signature>`, or the same of the acs scheme. */
export function parseKeyAndSignature(authorization: string): KeyAndSignature | undefined {
  const [, scheme, accessKeyId, signature] = /^(FC|acs) ([^:,\s]{1,128}):(\S*)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined) return undefined;
  return { scheme: scheme === "FC" ? scheme : "acs", accessKeyId, signature };
}
