import { createRequire } from "node:module";
import Fc2 from "@alicloud/fc2";

// These packages are CommonJS, and their types are written for require(): an import's default differs from them.
const require = createRequire(import.meta.url);
const { Config }: typeof import("@alicloud/openapi-client") = require("@alicloud/openapi-client");
const { $OpenApiUtil }: typeof import("@alicloud/openapi-core") = require("@alicloud/openapi-core");

export const fcOpen20210406: typeof import("@alicloud/fc-open20210406") = require("@alicloud/fc-open20210406");
export const fc20230330: typeof import("@alicloud/fc20230330") = require("@alicloud/fc20230330");

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** A key that nobody issued: enough where signatures are not checked. */
const ANY_KEY: Key = { accessKeyId: "any-id", accessKeySecret: "any-secret" };

export function fc2Client(url: string, { accessKeyId: accessKeyID, ...others } = ANY_KEY) {
  return new Fc2("1234567890123456", {
    accessKeyID,
    ...others,
    region: "cn-hangzhou",
    endpoint: url,
  });
}

/**
 * Where and as whom the two OpenAPI clients send; they take a host and a port for an endpoint, and no URL. They sign by
 * the acs scheme when "v2" is asked for.
 */
function openApiConfig(url: string, key: Key, signatureAlgorithm: "v2" | undefined) {
  return {
    ...key,
    endpoint: new URL(url).host,
    // The SDKs never clear their timer of a read (3 s by default). It would break off a later read of another client
    // on the same connection.
    readTimeout: 300_000,
    // HTTPS is their default.
    ...(url.startsWith("http:") && { protocol: "HTTP" }),
    ...(signatureAlgorithm && { signatureAlgorithm }),
  };
}

export function fcOpen20210406Client(url: string, key = ANY_KEY, signatureAlgorithm?: "v2") {
  return new fcOpen20210406.default(new Config(openApiConfig(url, key, signatureAlgorithm)));
}

export function fc20230330Client(url: string, key = ANY_KEY, signatureAlgorithm?: "v2") {
  return new fc20230330.default(new $OpenApiUtil.Config(openApiConfig(url, key, signatureAlgorithm)));
}
