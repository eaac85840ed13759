import { describe, expect, test } from "vitest";
import { renderConfig } from "../../../src/fc/asyncConfig/render.ts";
import type { StoredConfig } from "../../../src/fc/asyncConfig/schema.ts";
import { type ApiVersion, apiVersions } from "../../../src/fc/versions.ts";

const F = "acs:fc:cn-hangzhou:123456:functions/f";
const settings = { region: "cn-hangzhou", accountId: "123456", unset: "documented" } as const;

describe.each(apiVersions)("$id", (version) => {
  const name = { service: version.hasServices ? "demo" : "", function: "hello", qualifier: "prod" };
  const stored: StoredConfig = {
    qualifier: "prod",
    createdTime: Date.UTC(2020, 7, 20, 2, 28, 21, 999),
    lastModifiedTime: Date.UTC(2020, 7, 20, 2, 28, 22),
    maxAsyncEventAgeInSeconds: null,
    maxAsyncRetryAttempts: null,
    stateful: null,
    onSuccess: null,
    onFailure: F,
  };

  test("shows items that were never set as Go's zero values where that is wanted", () => {
    const go = { ...settings, unset: "go" } as const;
    expect(renderConfig(version, name, go, stored)).toMatchObject({
      destinationConfig: { onSuccess: null, onFailure: { destination: F } },
      maxAsyncEventAgeInSeconds: null,
      maxAsyncRetryAttempts: null,
      [version.statefulItem]: false,
    });
    expect(renderConfig(version, name, go, { ...stored, onFailure: null }).destinationConfig).toBeNull();
    const set = { ...stored, maxAsyncEventAgeInSeconds: 86_400, maxAsyncRetryAttempts: 0 };
    expect(renderConfig(version, name, go, set)).toMatchObject({
      maxAsyncEventAgeInSeconds: 86_400,
      maxAsyncRetryAttempts: 0,
    });
  });

  test("shows items that were never set as their defaults", () => {
    expect(renderConfig(version, name, settings, stored)).toEqual({
      ...identities[version.id],
      createdTime: "2020-08-20T02:28:21Z",
      lastModifiedTime: "2020-08-20T02:28:22Z",
      destinationConfig: { onSuccess: null, onFailure: { destination: F } },
      maxAsyncEventAgeInSeconds: 86_400,
      maxAsyncRetryAttempts: 3,
      [version.statefulItem]: false,
    });
  });
});

const identities: Record<ApiVersion["id"], object> = {
  "2016-08-15": {
    serviceName: "demo",
    functionName: "hello",
    service: "demo",
    function: "hello",
    qualifier: "prod",
  },
  "2021-04-06": { service: "demo", function: "hello", qualifier: "prod" },
  "2023-03-30": { functionArn: "acs:fc:cn-hangzhou:123456:functions/hello/prod" },
};
