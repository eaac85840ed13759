import { apiVersions } from "../fc/versions.ts";
import { limits, type RawVariables } from "../variables.ts";
import { apiPaths } from "./api.ts";
import { controlPaths } from "./controlPlane.ts";
import { faultResponse, sharedResponses } from "./errorResponses.ts";
import { headers } from "./headers.ts";
import { apiParameters } from "./parameters.ts";
import type { JsonObject } from "./schemas.ts";

const ABOUT_API = `The API of Alibaba Cloud Function Compute for asynchronous invocation configs, and for the services, functions, versions and aliases that they belong to, as this sandbox answers it.

Any access key will do unless the sandbox's setting \`signatures\` says otherwise.`;

const ABOUT_CONTROL = `

Below \`/_sandbox\` is the control plane, which the cloud does not have: sandboxes, faults, the clock, the journal, snapshots.`;

/**
 * The OpenAPI 3.1 document, derived from the Worker's own schemas and tables: everything, or with `only` one
 * version of the API. `variables` are the deployment's. Throws an Error when one of them is wrong.
 */
export function openApiDocument(
  variables: RawVariables,
  only?: (typeof apiVersions)[number]["id"],
): JsonObject {
  const versions = apiVersions.filter(({ id }) => only === undefined || id === only);
  const parts = versions.map(apiPaths);
  if (only === undefined) parts.push(controlPaths(limits(variables)));
  return {
    openapi: "3.1.0",
    info: {
      title: `Function Compute, ${only ?? "all versions"}`,
      version: only ?? "1",
      description: ABOUT_API + (only === undefined ? ABOUT_CONTROL : ""),
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    // Relative to the document's address, so that the URL is right in every sandbox.
    servers: [{ url: ".", description: "This sandbox" }],
    tags: [
      ...versions.map(({ id, hasServices }) => ({
        name: id,
        description: hasServices
          ? "FC 2.0: functions are in services."
          : "FC 3.0: functions without services.",
      })),
      ...(only === undefined ? [{ name: "control plane", description: "What a test wants besides." }] : []),
    ],
    paths: merged(parts.map(({ paths }) => paths)),
    components: {
      schemas: merged(parts.map(({ schemas }) => schemas)),
      responses: merged([{ Fault: faultResponse }, ...versions.map(sharedResponses)]),
      headers,
      parameters: apiParameters,
      securitySchemes: {
        fcSignature: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "`FC {access key ID}:{base64 of HMAC-SHA256}`, the scheme of FC 2.0.",
        },
        acs3Signature: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "`ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`, the OpenAPI scheme.",
        },
        acsSignature: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "`acs {access key ID}:{base64 of HMAC-SHA1}`, the older OpenAPI scheme.",
        },
        ...(only === undefined
          ? {
              controlToken: { type: "http", scheme: "bearer", description: "The sandbox's control token." },
              sandboxToken: {
                type: "apiKey",
                in: "header",
                name: "X-Sandbox-Token",
                description: "The control token in a header of its own, which counts before Authorization.",
              },
            }
          : {}),
      },
    },
  };
}

function merged(objects: readonly JsonObject[]): JsonObject {
  return Object.assign({}, ...objects);
}
