import type { Credentials } from "./signing.ts";

/** What nobody may read, and what is shown in its place. */
export type Secrets = ReadonlyMap<string, string>;

export function secretsOf({ accessKeySecret, securityToken }: Credentials): Secrets {
  const secrets = new Map([[accessKeySecret, "(access key secret)"]]);
  if (securityToken) secrets.set(securityToken, "(security token)");
  return secrets;
}

/** A text without the secrets. */
export function withoutSecrets(text: string, secrets: Secrets): string {
  let result = text;
  for (const [secret, shown] of secrets) result = result.replaceAll(secret, shown);
  return result;
}
