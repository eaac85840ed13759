import { type ControlOperation, isChange, type OperationId } from "../documents/operations.ts";
import type { JsonObject } from "./schemas.ts";

/** How requests to the API are signed. */
export const signatureSchemes = {
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
} as const satisfies Readonly<Record<string, JsonObject>>;

/** What requests to the control plane bring along. */
export const tokenSchemes = {
  controlToken: {
    type: "http",
    scheme: "bearer",
    description: "The sandbox's control token. The operator's token is a control token of every sandbox.",
  },
  watchToken: {
    type: "http",
    scheme: "bearer",
    description: "The sandbox's watch token, which may only read.",
  },
  sandboxToken: {
    type: "apiKey",
    in: "header",
    name: "X-Sandbox-Token",
    description: "The token in a header of its own, which counts before Authorization.",
  },
  operatorToken: {
    type: "http",
    scheme: "bearer",
    description:
      "The operator's token, which the server has as `OPERATOR_TOKEN`. A login of Cloudflare Access counts as well, where the server is set up for that.",
  },
  invitation: {
    type: "http",
    scheme: "bearer",
    description: "An invitation's key, which only creates sandboxes.",
  },
} as const satisfies Readonly<Record<string, JsonObject>>;

type Requirement = { readonly [Name in keyof typeof tokenSchemes]?: readonly string[] };

/** What an operation of the control plane needs: any one of these. */
export function controlSecurity(id: OperationId, operation: ControlOperation): Requirement[] {
  if (id === "createSandbox") return [{}, { invitation: [] }, { operatorToken: [] }];
  const owner = [{ controlToken: [] }, { sandboxToken: [] }];
  switch (operation.access) {
    case "public":
      return [{}];
    case "operator":
      return [{ operatorToken: [] }];
    case "operator or owner":
      return [{ operatorToken: [] }, ...owner];
    case "token":
      return [...owner, { watchToken: [] }];
    default:
      return [
        ...owner,
        ...(isChange(operation) ? [] : [{ watchToken: [] }]),
        ...(operation.method === "GET" ? [{}] : []),
      ];
  }
}
