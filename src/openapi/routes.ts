import { operations, type VersionRoute } from "../fc/operations.ts";
import type { ApiVersion } from "../fc/versions.ts";

/** The API's name for an operation, with the version, because one document has three versions. */
export function operationId({ name }: VersionRoute, version: ApiVersion, prefix: string): string {
  return `${name}_${version.id}${prefix === "" ? "_unversioned" : ""}`;
}

/** A route's path in OpenAPI's form, with the API's names for the parameters. */
export function addressOf(pattern: string): string {
  return pattern
    .replace(":service", "{serviceName}")
    .replace(":function", "{functionName}")
    .replace(":version", "{versionId}")
    .replace(":alias", "{aliasName}")
    .replace("/async-tasks/:task", "/async-tasks/{taskId}")
    .replace(":task", "{invocationId}");
}

/** Where a route has the qualifier; undefined where it has none. */
export function qualifierPlace(
  { hasServices, qualifierIn }: ApiVersion,
  { operation }: VersionRoute,
): ApiVersion["qualifierIn"] | undefined {
  const { names } = operations[operation];
  const hasQualifier =
    names === "qualified function" ||
    names === "function, perhaps qualified" ||
    (names === "qualified service" && hasServices);
  return hasQualifier ? qualifierIn : undefined;
}
