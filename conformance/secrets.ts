import type { JsonValue } from "./scenario.ts";
import type { Credentials } from "./signing.ts";

/** Patterns of secrets, each with the text that replaces the secret. */
export type Secrets = readonly (readonly [pattern: RegExp, shown: string])[];

/** From this length on, a secret is not part of another text by chance. */
const UNMISTAKABLE_CHARACTERS = 12;

export function secretsOf({ accessKeySecret, securityToken }: Credentials): Secrets {
  return [
    [patternOf(accessKeySecret), "(access key secret)"],
    ...(securityToken ? [[patternOf(securityToken), "(security token)"] as const] : []),
  ];
}

function patternOf(secret: string): RegExp {
  return secret.length < UNMISTAKABLE_CHARACTERS ? wholeWord(secret) : new RegExp(RegExp.escape(secret), "g");
}

/** A pattern that finds a text where it is not part of a longer name. */
export function wholeWord(text: string): RegExp {
  return new RegExp(`(?<![\\w{-])${RegExp.escape(text)}(?![\\w}-])`, "g");
}

/** Replaces the secrets in a text. */
export function withoutSecrets(text: string, secrets: Secrets): string {
  return secrets.reduce((rest, [pattern, shown]) => rest.replace(pattern, shown), text);
}

/** Replaces the secrets in a JSON value, in keys too. */
export function jsonWithoutSecrets(value: JsonValue, secrets: Secrets): JsonValue {
  if (typeof value === "string") return withoutSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((one) => jsonWithoutSecrets(one, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      withoutSecrets(key, secrets),
      jsonWithoutSecrets(one, secrets),
    ]),
  );
}
