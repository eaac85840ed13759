import { type ApiVersion, apiVersions } from "../fc/versions.ts";
import type { Limits } from "../state/limits.ts";
import { limits, type RawVariables } from "../variables.ts";
import { apiPaths } from "./api.ts";
import { SchemaNames } from "./components.ts";
import { controlPaths, controlTags } from "./controlPlane.ts";
import { controlSchemas } from "./controlSchemas.ts";
import { faultResponse, sharedResponses } from "./errorResponses.ts";
import { headers } from "./headers.ts";
import { apiParameters } from "./parameters.ts";
import { type JsonObject, type JsonValue, reference } from "./schemas.ts";
import { signatureSchemes, tokenSchemes } from "./securitySchemes.ts";

const ABOUT_API = `The API of Alibaba Cloud Function Compute for asynchronous invocation configs, and for the services, functions, versions and aliases that they belong to, as this sandbox answers it.

Any access key will do unless the sandbox's setting \`signatures\` says otherwise.`;

const ABOUT_CONTROL = `

Below \`/_sandbox\` is the control plane, which the cloud does not have: sandboxes, faults, the clock, the journal, snapshots.`;

/**
 * The OpenAPI documents by their files' names: of the whole, and of each version of the API. `variables` are the
 * deployment's. Throws an Error when one of them is wrong. The documents have no `servers`: the Worker adds the sandbox's
 * when it sends them.
 */
export function openApiDocuments(variables: RawVariables): Readonly<Record<string, object>> {
  const whole = wholeDocument(limits(variables));
  const ofVersions = apiVersions.map((version) => [
    `openapi-${version.id}.json`,
    versionDocument(whole, version),
  ]);
  return { "openapi.json": whole, ...Object.fromEntries(ofVersions) };
}

/**
 * The OpenAPI 3.1 document of all versions and the control plane, derived from the Worker's own schemas and tables.
 */
function wholeDocument(deployment: Limits): OpenApi {
  const parts = apiVersions.map((version) => ({ version, ...apiPaths(version) }));
  const named = controlSchemas(deployment);
  const apiRoots = parts.flatMap(({ version, schemas, requests }) =>
    Object.entries(schemas).map(([name, schema]) => ({
      schema,
      isRequest: requests.has(name),
      generation: version.hasServices ? "FC2" : "FC3",
    })),
  );
  const controlRoots = Object.entries(named).map(([owner, schema]) => ({ schema, owner }));
  const names = new SchemaNames(named, apiRoots, controlRoots);
  const schemas = parts.flatMap((part) => Object.entries(part.schemas));
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Function Compute, all versions",
      version: "1",
      description: ABOUT_API + ABOUT_CONTROL,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    tags: [
      ...apiVersions.map(({ id, hasServices }) => ({
        name: id,
        description: hasServices
          ? "FC 2.0: functions are in services."
          : "FC 3.0: functions without services.",
      })),
      ...controlTags,
    ],
    paths: merged([...parts.map(({ paths }) => paths), controlPaths(deployment)]),
    components: {
      schemas: {
        ...names.components([...schemas.map(([, schema]) => schema), ...Object.values(named)]),
        ...Object.fromEntries(schemas.map(([name, schema]) => [name, names.content(schema)])),
      },
      responses: merged([{ Fault: faultResponse }, ...apiVersions.map(sharedResponses)]),
      headers,
      parameters: apiParameters(deployment),
      securitySchemes: { ...signatureSchemes, ...tokenSchemes },
    },
  };
  return withReferences(document, names) as JsonObject & OpenApi;
}

/** The document of one version of the API: the part of the whole that is about the version. */
function versionDocument(whole: OpenApi, version: ApiVersion): OpenApi {
  const paths = Object.entries(whole.paths).filter(([, item]) =>
    Object.values(item).some(({ tags }) => tags.includes(version.id)),
  );
  const { securitySchemes: _, ...components } = whole.components;
  const used = reachable(whole, [Object.fromEntries(paths), { fault: reference("parameters", "fault") }]);
  return {
    ...whole,
    info: {
      ...whole.info,
      title: `Function Compute, ${version.id}`,
      version: version.id,
      description: ABOUT_API,
    },
    tags: whole.tags.filter(({ name }) => name === version.id),
    paths: Object.fromEntries(paths),
    components: {
      ...Object.fromEntries(
        Object.entries(components).map(([kind, its]) => [
          kind,
          Object.fromEntries(
            Object.entries(its).filter(([name]) => used.has(`#/components/${kind}/${name}`)),
          ),
        ]),
      ),
      securitySchemes: signatureSchemes,
    },
  };
}

/** What this program reads of the documents that it makes. */
interface OpenApi {
  readonly openapi: string;
  readonly info: JsonObject;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly tags: readonly string[] }>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
}

/** The references that values have in them, and that what they refer to has. */
function reachable({ components }: OpenApi, values: readonly unknown[]): ReadonlySet<string> {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { $ref, ...others } = value as { readonly $ref?: string };
    if ($ref !== undefined && !found.has($ref)) {
      found.add($ref);
      const [kind = "", name = ""] = $ref.split("/").slice(2);
      collect(components[kind]?.[name]);
    }
    for (const other of Object.values(others)) collect(other);
  };
  for (const value of values) collect(value);
  return found;
}

/** A part of the document in which references stand for named schemas, at all places that have a schema. */
function withReferences(part: JsonObject, names: SchemaNames): JsonObject {
  const change = (value: JsonValue | undefined): JsonValue | undefined => {
    if (Array.isArray(value)) return value.map((one) => change(one) ?? null);
    return typeof value === "object" && value !== null ? withReferences(value as JsonObject, names) : value;
  };
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => {
      if (key === "schema") return [key, names.referring(value as JsonObject)];
      return [key, /^(?:examples?|schemas)$/.test(key) ? value : change(value)];
    }),
  );
}

function merged(objects: readonly JsonObject[]): JsonObject {
  return Object.assign({}, ...objects);
}
