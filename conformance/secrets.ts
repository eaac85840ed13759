import type { JsonValue } from "./scenario.ts";
import type { Credentials } from "./signing.ts";

/** What nobody may read, and what is shown in its place. */
export type Secrets = readonly (readonly [pattern: RegExp, shown: string])[];

/** As long as this, a text is no part of another by chance. */
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

/** Finds a text where it is not a part of a longer name. */
export function wholeWord(text: string): RegExp {
  return new RegExp(`(?<![\\w{-])${RegExp.escape(text)}(?![\\w}-])`, "g");
}

/** A text without the secrets. */
export function withoutSecrets(text: string, secrets: Secrets): string {
  return secrets.reduce((rest, [pattern, shown]) => rest.replace(pattern, shown), text);
}

/** A JSON value without the secrets, in its keys neither. */
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
