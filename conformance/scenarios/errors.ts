import { type ErrorCode, statusOf } from "../../src/fc/errors.ts";
import type { Scenario, Step } from "../scenario.ts";

const put = { operation: "put", json: { maxAsyncRetryAttempts: 1 } } as const;

const notSupported = (method: string, path: string): Step => ({
  name: `${method} of ${path}`,
  request: { method, path },
  expect: { status: 400, code: "PathNotSupported" },
});

/** Errors that no request causes reliably, so that the scenarios cause them by a fault. */
const onlyByFault: readonly ErrorCode[] = [
  "ConcurrentUpdateError",
  "PreconditionFailed",
  "InternalServerError",
  "ServiceUnavailable",
];

const injected = (code: ErrorCode, versions?: Step["versions"]): Step => ({
  name: `a fault of ${code}`,
  ...(versions && { versions }),
  request: { ...put, headers: { "X-Sandbox-Fault": code } },
  expect: { status: statusOf(code), code },
});

export const errors: Scenario[] = [
  {
    name: "the shape of an error",
    steps: [
      {
        name: "ErrorCode and ErrorMessage",
        choice: "classic-error-items",
        versions: ["2016-08-15"],
        request: { operation: "get" },
        expect: {
          status: 404,
          headers: { "Content-Type": "application/json; charset=utf-8", "X-Fc-Request-Id": "*", Date: "*" },
          body: { $only: { ErrorCode: "AsyncConfigNotExists", ErrorMessage: "$text" } },
        },
      },
      {
        name: "Code, Message and RequestId",
        choice: "openapi-error-items",
        versions: ["2021-04-06"],
        request: { operation: "get" },
        expect: {
          status: 404,
          headers: { "Content-Type": "application/json; charset=utf-8", "X-Fc-Request-Id": "*", Date: "*" },
          body: { $only: { Code: "AsyncConfigNotExists", Message: "$text", RequestId: "$requestId" } },
        },
      },
      {
        name: "Code, Message and RequestId in 2023-03-30",
        versions: ["2023-03-30"],
        request: { operation: "get" },
        expect: {
          status: 404,
          headers: { "Content-Type": "application/json; charset=utf-8", "X-Fc-Request-Id": "*", Date: "*" },
          body: { $only: { Code: "AsyncConfigNotExists", Message: "$text", RequestId: "$requestId" } },
        },
      },
    ],
  },
  {
    name: "paths and methods",
    steps: [
      {
        ...notSupported("POST", "/2016-08-15/services/{service}/functions/{function}/async-invoke-config"),
        versions: ["2016-08-15"],
      },
      {
        ...notSupported("GET", "/2016-08-15/services/{service}/async-invoke-config"),
        versions: ["2016-08-15"],
      },
      {
        ...notSupported("POST", "/2021-04-06/services/{service}/functions/{function}/async-invoke-config"),
        versions: ["2021-04-06"],
      },
      {
        ...notSupported("POST", "/2023-03-30/functions/{function}/async-invoke-config"),
        versions: ["2023-03-30"],
      },
      {
        ...notSupported("PUT", "/2023-03-30/services/{function}/functions/{function}/async-invoke-config"),
        versions: ["2023-03-30"],
      },
      {
        ...notSupported("POST", "/2023-03-30/async-invoke-configs"),
        versions: ["2023-03-30"],
      },
      {
        name: "a path of no version has the error body of 2016-08-15",
        choice: "unknown-path-body",
        versions: ["2016-08-15"],
        request: { method: "GET", path: "/{missing}" },
        expect: { status: 400, body: { $only: { ErrorCode: "PathNotSupported", ErrorMessage: "$text" } } },
      },
      ...(["2021-04-06", "2023-03-30"] as const).map(
        (version): Step => ({
          name: `a path that only begins as those of ${version} has its error body`,
          choice: "unknown-path-body",
          versions: [version],
          request: { method: "GET", path: `/${version}/{missing}` },
          expect: {
            status: 400,
            body: { $only: { Code: "PathNotSupported", Message: "$text", RequestId: "$requestId" } },
          },
        }),
      ),
    ],
  },
  {
    name: "bodies and content types",
    steps: [
      {
        name: "another content type",
        request: { ...put, contentType: "text/plain" },
        expect: { status: 415, code: "UnsupportedMediaType" },
      },
      {
        name: "no content type",
        choice: "no-content-type",
        request: { ...put, contentType: null },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 1 } },
      },
      {
        name: "a content type with a character set",
        request: { ...put, contentType: "application/json; charset=utf-8" },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 1 } },
      },
      {
        name: "a body of 64 KiB",
        choice: "body-size",
        request: { operation: "put", text: `{"maxAsyncRetryAttempts": 2}${" ".repeat(65_536 - 28)}` },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 2 } },
      },
      {
        name: "a body of one byte more",
        choice: "body-size",
        request: { operation: "put", text: `{"maxAsyncRetryAttempts": 4}${" ".repeat(65_537 - 28)}` },
        expect: { status: 400, code: "EntityTooLarge" },
      },
      {
        name: "what was refused changed nothing",
        request: { operation: "get" },
        expect: { status: 200, body: { maxAsyncRetryAttempts: 2 } },
      },
    ],
  },
  {
    name: "signatures",
    needs: ["signatures"],
    steps: [
      {
        name: "no signature",
        choice: "unsigned",
        request: { ...put, signing: "none" },
        expect: { status: 400, code: "MissingRequiredHeader" },
      },
      {
        name: "no date",
        request: { ...put, signing: "no date" },
        expect: { status: 400, code: "MissingRequiredHeader" },
      },
      {
        name: "a malformed signature",
        choice: "malformed-signature",
        request: { ...put, signing: "malformed" },
        expect: { status: 403, code: "AccessDenied" },
      },
      {
        name: "another secret",
        request: { ...put, signing: "wrong secret" },
        expect: { status: 403, code: "SignatureNotMatch" },
      },
      {
        name: "another body than the one signed",
        versions: ["2021-04-06", "2023-03-30"],
        request: { ...put, signing: "another body" },
        expect: { status: 403, code: "SignatureNotMatch" },
      },
      {
        name: "an access key that nobody has",
        request: { ...put, signing: "unknown access key" },
        expect: { status: 403, code: "InvalidAccessKeyID" },
      },
      {
        name: "a time 20 minutes ago",
        request: { ...put, signing: "20 minutes ago" },
        expect: { status: 403, code: "AccessDenied" },
      },
      {
        name: "a time in 20 minutes",
        request: { ...put, signing: "in 20 minutes" },
        expect: { status: 403, code: "AccessDenied" },
      },
      {
        name: "nothing of all that was put",
        request: { operation: "get" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
      {
        name: "a time 14 minutes ago",
        request: { ...put, signing: "14 minutes ago" },
        expect: { status: 200 },
      },
      {
        name: "a signed Content-MD5 of another body",
        choice: "content-md5",
        versions: ["2016-08-15"],
        request: { ...put, signing: "another body" },
        expect: { status: 200 },
      },
      {
        name: "x-fc-date in the place of Date",
        choice: "x-fc-date",
        versions: ["2016-08-15"],
        request: { ...put, signing: "x-fc-date" },
        expect: { status: 200 },
      },
      {
        name: "the scheme that other versions' clients sign by",
        choice: "either-scheme",
        request: { ...put, signing: "other scheme" },
        expect: { status: 200 },
      },
      {
        name: "the acs scheme, by which Terraform signs in FC 3.0",
        choice: "either-scheme",
        request: { ...put, signing: "acs scheme" },
        expect: { status: 200 },
      },
      {
        name: "a nonce",
        versions: ["2021-04-06", "2023-03-30"],
        request: { ...put, signing: "repeated nonce" },
        expect: { status: 200 },
      },
      {
        name: "the same nonce again",
        choice: "repeated-nonce",
        versions: ["2021-04-06", "2023-03-30"],
        request: { ...put, signing: "repeated nonce" },
        expect: { status: 200 },
      },
      {
        name: "a wrong signature of a wrong body",
        choice: "signature-before-body",
        request: { operation: "put", json: { maxAsyncRetryAttempts: 9 }, signing: "wrong secret" },
        expect: { status: 403, code: "SignatureNotMatch" },
      },
    ],
  },
  {
    name: "errors by faults",
    needs: ["faults"],
    steps: [
      ...onlyByFault.map((code) => injected(code)),
      injected("ResourceThrottled", ["2016-08-15"]),
      injected("Throttling", ["2021-04-06", "2023-03-30"]),
      {
        name: "no fault changed anything",
        request: { operation: "get" },
        expect: { status: 404, code: "AsyncConfigNotExists" },
      },
    ],
  },
];
