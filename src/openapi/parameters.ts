import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../fc/paging.ts";
import { directions } from "../fc/resources.ts";
import type { JsonObject } from "./schemas.ts";

/** The parameters that operations of the API share. */
export const apiParameters: JsonObject = {
  serviceName: {
    name: "serviceName",
    in: "path",
    required: true,
    description: "The service.",
    schema: { type: "string" },
    example: "demo",
  },
  serviceNameWithQualifier: {
    name: "serviceName",
    in: "path",
    required: true,
    description:
      "The service and, after a dot, the qualifier: LATEST (also without one), a version or an alias.",
    schema: { type: "string" },
    example: "demo.prod",
  },
  functionName: {
    name: "functionName",
    in: "path",
    required: true,
    description: "The function.",
    schema: { type: "string" },
    example: "hello",
  },
  versionId: {
    name: "versionId",
    in: "path",
    required: true,
    description: "The version's number.",
    schema: { type: "string", pattern: "^[1-9][0-9]*$" },
    example: "1",
  },
  aliasName: {
    name: "aliasName",
    in: "path",
    required: true,
    description: "The alias.",
    schema: { type: "string" },
    example: "prod",
  },
  functionNameInQuery: {
    name: "functionName",
    in: "query",
    description: "The function; all functions without it.",
    schema: { type: "string" },
  },
  qualifier: {
    name: "qualifier",
    in: "query",
    description: "LATEST (the default), a version or an alias.",
    schema: { type: "string", default: "LATEST" },
  },
  limit: {
    name: "limit",
    in: "query",
    schema: { type: "integer", minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE },
  },
  nextToken: {
    name: "nextToken",
    in: "query",
    description: "What the page before returned.",
    schema: { type: "string" },
  },
  prefix: {
    name: "prefix",
    in: "query",
    description: "What the names in the list begin with.",
    schema: { type: "string" },
  },
  startKey: {
    name: "startKey",
    in: "query",
    description: "Where the list starts: at this name or number, or at the next one.",
    schema: { type: "string" },
  },
  direction: {
    name: "direction",
    in: "query",
    description: "BACKWARD has the highest number first.",
    schema: { type: "string", enum: directions, default: "BACKWARD" },
  },
  ifMatch: {
    name: "If-Match",
    in: "header",
    description: "The ETag of the only state that is to be changed.",
    schema: { type: "string" },
  },
  codeChecksum: {
    name: "X-Fc-Code-Checksum",
    in: "header",
    description: "The CRC-64 of the code, where the body has no `code.checksum`.",
    schema: { type: "string" },
  },
  fault: {
    name: "X-Sandbox-Fault",
    in: "header",
    description:
      "Asks the sandbox to fail this one request: an error code, `delay=1500` (milliseconds), `status=503` or `broken`, and `;after=apply` for after the request took effect.",
    schema: { type: "string" },
  },
};
