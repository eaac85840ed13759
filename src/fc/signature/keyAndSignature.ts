/** The content of an Authorization header of the FC or the acs scheme. */
export interface KeyAndSignature {
  readonly scheme: "FC" | "acs";
  readonly accessKeyId: string;
  readonly signature: string;
}

/** Parses `FC <access key ID>:<base64 signature>`, or the same with `acs`; undefined for other text. */
export function parseKeyAndSignature(authorization: string): KeyAndSignature | undefined {
  const [, scheme, accessKeyId, signature] = /^(FC|acs) ([^:,\s]{1,128}):(\S*)$/.exec(authorization) ?? [];
  if (accessKeyId === undefined || signature === undefined) return undefined;
  return { scheme: scheme === "FC" ? scheme : "acs", accessKeyId, signature };
}
